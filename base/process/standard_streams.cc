#include "base/process/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

namespace fastest {

void OpenMissingStandardStreams() {
  // open() takes the lowest free number. Not closed on exec: children inherit these.
  int fd = -1;
  do {
    fd = open("/dev/null", O_RDWR);
  } while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0) close(fd);
}

}  // namespace fastest
