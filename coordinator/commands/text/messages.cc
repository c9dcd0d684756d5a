#include "coordinator/commands/text/messages.h"

#include <cstdio>

#include "absl/strings/str_cat.h"

namespace fastest::commands {

void Say(const std::string& text) {
  fprintf(stderr, "%s%s", text.c_str(), text.empty() || text.back() == '\n' ? "" : "\n");
}

int Fail(const absl::Status& status, int exit_code) {
  Say(absl::StrCat("ERROR: ", std::string(status.message())));
  return exit_code;
}

void Print(const std::string& text, bool text_to_stderr) {
  FILE* const out = text_to_stderr ? stderr : stdout;
  fwrite(text.data(), 1, text.size(), out);
  fflush(out);
}

std::string Tests(size_t count) { return absl::StrCat(count, count == 1 ? " test" : " tests"); }

}  // namespace fastest::commands
