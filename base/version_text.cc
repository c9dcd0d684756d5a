#include "base/version_text.h"

#include "base/version.h"

namespace fastest {
namespace {

// Made by the build: kAgentLibraries and kCoordinatorLibraries.
#include "base/linked_libraries.inc"

// tools/package writes the commit into this section of the finished program, so no commit causes a new link. Volatile:
// the compiler must not take the empty text for granted.
__attribute__((section("fastest_commit"), used)) const volatile char commit[64] = "";

std::string Commit() {
  std::string text;
  for (const volatile char* c = commit; *c != '\0'; ++c) text += *c;
  return text.empty() ? "not known (only tools/package writes it down)" : text;
}

}  // namespace

std::string VersionText(Program program) {
  const bool is_agent = program == Program::kAgent;
  std::string text = is_agent ? "fastest-agent " : "fastest ";
  text += kVersion;
  text += "\ncommit: " + Commit() + "\nlinked in:\n";
  text += is_agent ? kAgentLibraries : kCoordinatorLibraries;
  return text;
}

}  // namespace fastest
