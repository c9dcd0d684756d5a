// Descriptors 0, 1 and 2.
#ifndef FASTEST_BASE_PROCESS_STANDARD_STREAMS_H_
#define FASTEST_BASE_PROCESS_STANDARD_STREAMS_H_

namespace fastest {

// Opens /dev/null for those that the caller's parent left closed. Otherwise the next file or socket that is opened would
// get such a number, and what is printed for a person would go into it. To be called first thing in main.
void OpenMissingStandardStreams();

}  // namespace fastest

#endif  // FASTEST_BASE_PROCESS_STANDARD_STREAMS_H_
