// Facts as bytes, for the cache. docs/adr/0043 says why they are no protocol buffer. Pure.
#ifndef FASTEST_COORDINATOR_DISCOVERY_STORE_FACT_CODEC_H_
#define FASTEST_COORDINATOR_DISCOVERY_STORE_FACT_CODEC_H_

#include <string>
#include <string_view>

#include "coordinator/discovery/facts/facts.h"

namespace fastest::discovery {

// Raise it whenever the encoding or the facts of a file change. Caches of other formats are ignored.
constexpr unsigned kFactFormat = 2;

void EncodeFacts(const File& file, std::string& out);

// Returns false if `bytes` are not what EncodeFacts writes; `file` is then useless. Safe with any bytes.
bool DecodeFacts(std::string_view bytes, File& file);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_STORE_FACT_CODEC_H_
