// Reads what one Python file says about its tests.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_FILE_READER_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_FILE_READER_H_

#include <string_view>

#include "coordinator/discovery/facts/facts.h"
#include "coordinator/discovery/text/syntax.h"

namespace fastest::discovery {

// The facts of a file with these bytes. Broken files give facts too: File::unreadable says what is wrong. Ends in time
// proportional to the number of bytes, whatever they are. Thread-safe if each thread has its own parser.
File ReadFacts(std::string_view bytes, SyntaxParser& parser);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_FILE_READER_H_
