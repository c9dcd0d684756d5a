// Facts as bytes, for the cache.
#ifndef FASTEST_COORDINATOR_DISCOVERY_STORE_FACT_CODEC_H_
#define FASTEST_COORDINATOR_DISCOVERY_STORE_FACT_CODEC_H_

#include <string>
#include <string_view>

#include "coordinator/discovery/facts/facts.h"

namespace fastest::discovery {

// To be raised whenever the encoding changes, or what the facts of a file are: old caches are then ignored.
constexpr unsigned kFactFormat = 2;

void EncodeFacts(const File& file, std::string& out);

// False if `bytes` is not what EncodeFacts writes; `file` is then of no use. Safe with any bytes.
bool DecodeFacts(std::string_view bytes, File& file);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_STORE_FACT_CODEC_H_
