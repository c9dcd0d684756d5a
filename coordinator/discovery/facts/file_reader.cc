#include "coordinator/discovery/facts/file_reader.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/discovery/facts/statement_reader.h"
#include "coordinator/discovery/text/skim.h"
#include "coordinator/discovery/text/source_text.h"

namespace fastest::discovery {
namespace {

// Larger files are data, not test code.
constexpr size_t kMaxSource = size_t{64} << 20;
constexpr size_t kMaxOutline = size_t{8} << 20;

File Unreadable(std::string reason) {
  File file;
  file.unreadable = std::move(reason);
  return file;
}

}  // namespace

File ReadFacts(std::string_view bytes, SyntaxParser& parser) {
  if (bytes.size() > kMaxSource) return Unreadable("the file is too large to be looked through");
  const SourceText source = ReadSource(bytes);
  if (!source.problem.empty()) return Unreadable(source.problem);
  const Outline outline = Skim(source.text);
  if (outline.error_line > 0) return Unreadable(absl::StrCat("syntax error near line ", outline.error_line));
  if (outline.text.size() > kMaxOutline) return Unreadable("the file is too large to be looked through");
  const Node root = parser.Parse(outline.text);
  if (parser.HasError()) return Unreadable("syntax error");
  File file;
  StatementReader(source.text, outline, file).ReadModule(root);
  if (!file.unreadable.empty()) return Unreadable(file.unreadable);
  return file;
}

}  // namespace fastest::discovery
