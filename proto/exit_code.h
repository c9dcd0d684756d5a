// What the command's exit code says: pytest's codes, and two of our own.
#ifndef FASTEST_PROTO_EXIT_CODE_H_
#define FASTEST_PROTO_EXIT_CODE_H_

namespace fastest {

enum ExitCode {
  kOk = 0,
  kTestsFailed = 1,
  kInterrupted = 2,
  kInternalError = 3,
  kUsageError = 4,
  kNoTestsCollected = 5,
  // Some tests could not be run: agents were lost, an environment was refused, a part of a merge is missing.
  kNotRun = 10,
  // --deadline was reached.
  kDeadline = 11,
};

}  // namespace fastest

#endif  // FASTEST_PROTO_EXIT_CODE_H_
