#include "agent/workers/death_report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace fastest::agent {
namespace {

constexpr uint32_t kDefaultColumns = 80;

// The length of the valid UTF-8 sequence at the front of `bytes`; 0: there is none.
size_t SequenceLength(absl::string_view bytes) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const auto follows = [&](size_t i, unsigned char low, unsigned char high) {
    return i < bytes.size() && at(i) >= low && at(i) <= high;
  };
  const unsigned char first = at(0);
  if (first == 0) return 0;
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1, 0x80, 0xbf) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    // Neither overlong forms nor surrogates.
    const unsigned char low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned char high = first == 0xed ? 0x9f : 0xbf;
    return follows(1, low, high) && follows(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned char low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = first == 0xf4 ? 0x8f : 0xbf;
    return follows(1, low, high) && follows(2, 0x80, 0xbf) && follows(3, 0x80, 0xbf) ? 4 : 0;
  }
  return 0;
}

// A line with `title` between dashes, as pytest's terminal draws it.
std::string Separator(const std::string& title, uint32_t columns) {
  const size_t width = columns == 0 ? kDefaultColumns : columns;
  const size_t dashes = std::max<size_t>(1, width > title.size() + 2 ? (width - title.size() - 2) / 2 : 1);
  std::string line = absl::StrCat(std::string(dashes, '-'), " ", title, " ", std::string(dashes, '-'));
  if (line.size() + 1 <= width) line.push_back('-');
  return line;
}

void AddSection(v1::Phase* phase, const std::string& name, const std::string& bytes) {
  if (bytes.empty()) return;
  v1::Section* section = phase->add_sections();
  section->set_name(name);
  section->set_content(ToText(bytes));
}

}  // namespace

std::string ToText(absl::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const size_t length = SequenceLength(bytes);
    if (length == 0) {
      absl::StrAppendFormat(&text, "\\x%02x", static_cast<unsigned char>(bytes[0]));
      bytes.remove_prefix(1);
    } else {
      text.append(bytes.data(), length);
      bytes.remove_prefix(length);
    }
  }
  return text;
}

v1::TestResult MakeDeathResult(const std::string& worker_id, const WorkerState::End& end, const Evidence& evidence,
                               absl::Time now, uint32_t columns) {
  const WorkerState::Running& test = *end.victim;
  const std::string& node_id = test.ref.node_id();
  const bool timeout = end.reason == v1::TIMEOUT;

  v1::TestResult result;
  result.set_lease_id(test.lease_id);
  *result.mutable_ref() = test.ref;
  result.set_outcome(v1::FAILED);
  result.set_reason(end.reason);
  const std::pair<std::string, std::string> parts = absl::StrSplit(node_id, absl::MaxSplits("::", 1));
  result.set_location_path(parts.first);
  result.set_location_line(-1);
  const size_t parameters = std::min(parts.second.find('['), parts.second.size());
  result.set_domain(absl::StrCat(absl::StrReplaceAll(parts.second.substr(0, parameters), {{"::", "."}}),
                                 parts.second.substr(parameters)));
  result.set_engine(v1::ENGINE_PYTEST);

  v1::Phase* phase = result.add_phases();
  phase->set_when("call");
  phase->set_start(test.started_at);
  phase->set_duration_s(absl::ToDoubleSeconds(std::max(absl::ZeroDuration(), now - test.since)));
  phase->set_category("failed");
  phase->set_letter("F");
  phase->set_word("FAILED");
  phase->set_outcome("failed");

  const std::string message = timeout ? end.how : absl::StrCat("worker crashed: ", end.how);
  phase->set_crash_message(message);
  phase->set_summary_line(absl::StrCat(node_id, " - ", message));

  std::string longrepr = timeout
                             ? absl::StrCat("worker ", worker_id, " was killed while running ", node_id, ": ", end.how)
                             : absl::StrCat("worker ", worker_id, " crashed while running ", node_id, ": ", end.how);
  result.set_death(end.how);
  AddSection(phase, "Captured stdout", evidence.captured_stdout);
  AddSection(phase, "Captured stderr", evidence.captured_stderr);
  if (timeout) {
    // A person wants to see the stack first.
    const std::string stack(absl::StripTrailingAsciiWhitespace(ToText(evidence.stderr_tail)));
    absl::StrAppend(&longrepr, "\n\n",
                    stack.empty() ? "There is no stack: the worker did not answer the signal." : stack);
    result.set_death(absl::StrCat(end.how, "\n", stack));
  } else {
    AddSection(phase, absl::StrCat("stderr of worker ", worker_id), evidence.stderr_tail);
  }
  phase->set_longrepr(longrepr);

  std::string terminal = absl::StrCat(longrepr, "\n");
  for (const v1::Section& section : phase->sections()) {
    absl::StrAppend(&terminal, Separator(section.name(), columns), "\n", section.content());
    if (terminal.back() != '\n') terminal.push_back('\n');
  }
  phase->set_terminal_text(terminal);
  return result;
}

}  // namespace fastest::agent
