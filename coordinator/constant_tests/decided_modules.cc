#include "coordinator/constant_tests/decided_modules.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/process/usable_cpus.h"
#include "coordinator/discovery/text/syntax.h"

namespace fastest::constant_tests {
namespace {

std::string StemOf(const std::string& node_id) {
  std::string name = node_id.substr(node_id.rfind('/') + 1);
  if (absl::EndsWith(name, ".py")) name.resize(name.size() - 3);
  return name;
}

bool IsIdentifier(const std::string& name) {
  return !name.empty() && !absl::ascii_isdigit(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

// Whether discovery and the decision found the same tests.
bool AreAlike(const discovery::FoundModule& found, const Module& decided) {
  if (found.tests.size() != decided.tests.size()) return false;
  for (size_t i = 0; i < found.tests.size(); ++i) {
    if (found.tests[i].node_id != absl::StrCat(found.node_id, "::", decided.tests[i].name)) return false;
  }
  return true;
}

std::optional<Module> DecideFile(const discovery::FoundModule& found, const std::string& rootdir,
                                 discovery::SyntaxParser& parser) {
  const std::filesystem::path path = std::filesystem::path(rootdir) / found.node_id;
  std::error_code error;
  if (std::filesystem::exists(path.parent_path() / "__init__.py", error) || error) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.good() && !file.eof()) return std::nullopt;
  Module module = Decide(bytes, parser);
  if (!module.why_not.empty() || !AreAlike(found, module)) return std::nullopt;
  return module;
}

}  // namespace

std::map<std::string, Module> DecidedModules(const discovery::Discovery& discovery, const std::string& rootdir) {
  if (!discovery.open_reasons.empty()) return {};
  std::unordered_map<std::string, int> times;
  for (const discovery::FoundModule& found : discovery.modules) ++times[StemOf(found.node_id)];
  std::vector<const discovery::FoundModule*> candidates;
  for (const discovery::FoundModule& found : discovery.modules) {
    const std::string stem = StemOf(found.node_id);
    const bool is_plain = found.exact() && !found.tests.empty() && !absl::StartsWith(found.node_id, "../");
    if (is_plain && IsIdentifier(stem) && times[stem] == 1) candidates.push_back(&found);
  }
  std::vector<std::optional<Module>> decided(candidates.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    discovery::SyntaxParser parser;
    for (size_t i = next++; i < candidates.size(); i = next++) decided[i] = DecideFile(*candidates[i], rootdir, parser);
  };
  std::vector<std::thread> threads;
  const size_t cores = static_cast<size_t>(UsableCpus());
  while (threads.size() + 1 < std::min(cores, candidates.size())) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  std::map<std::string, Module> modules;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (decided[i].has_value()) modules.emplace(candidates[i]->node_id, *std::move(decided[i]));
  }
  return modules;
}

}  // namespace fastest::constant_tests
