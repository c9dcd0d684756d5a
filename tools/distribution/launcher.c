// fastest-coordinator in packages that cannot have links: it becomes the program `fastest` beside it.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char** argv) {
  (void)argc;
  static const char kName[] = "fastest";
  char path[4096];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - sizeof(kName));
  if (length > 0) {
    path[length] = '\0';
    char* const slash = strrchr(path, '/');
    memcpy(slash + 1, kName, sizeof(kName));
    execv(path, argv);
  }
  perror("fastest-coordinator cannot start the program fastest, which should be beside it");
  return 3;
}
