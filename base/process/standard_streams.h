// Descriptors 0, 1 and 2.
#ifndef FASTEST_BASE_PROCESS_STANDARD_STREAMS_H_
#define FASTEST_BASE_PROCESS_STANDARD_STREAMS_H_

namespace fastest {

// Opens /dev/null for those that this process's parent left closed. Otherwise the next file or socket would get such a
// number, and text for a person would go into it. To be called first in main.
void OpenMissingStandardStreams();

}  // namespace fastest

#endif  // FASTEST_BASE_PROCESS_STANDARD_STREAMS_H_
