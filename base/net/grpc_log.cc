#include "base/net/grpc_log.h"

#include <grpc/support/log.h>
#include <stdlib.h>

namespace fastest {

void SilenceGrpcLog() {
  if (getenv("GRPC_VERBOSITY") == nullptr) gpr_set_log_function([](gpr_log_func_args*) {});
}

}  // namespace fastest
