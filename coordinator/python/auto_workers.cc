#include "coordinator/python/auto_workers.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/process/executable.h"
#include "base/status_macros.h"
#include "coordinator/discovery/project/path.h"
#include "coordinator/python/python_script.h"
#include "proto/test_id.h"

namespace fastest::python {
namespace {

constexpr char kHook[] = "pytest_xdist_auto_num_workers";
// Plugins and conftests are imported for the answer.
constexpr absl::Duration kLimit = absl::Minutes(2);

// The first argument is the word behind -n, the others are pytest's. xdist asks the hook at the same moment: conftests
// and plugins are loaded, and nothing is configured. What pytest says of wrong arguments, the run will say again.
// Answers: a number, nothing, or "!" and what the hook raised.
constexpr char kScript[] = R"py(
import importlib.util, os, sys
word, *args = sys.argv[1:]
sys.path[:] = [path for path in sys.path if path]
nowhere = os.open(os.devnull, os.O_RDWR)
for descriptor in range(3):
    os.dup2(nowhere, descriptor)
def tell(text):
    os.write(3, text.encode("utf-8", "backslashreplace"))
    os._exit(0)
class Options:
    def pytest_addoption(self, parser):
        if importlib.util.find_spec("xdist") is None:
            parser.addoption("-n", "--numprocesses", dest="numprocesses")
            parser.addoption("--maxprocesses", dest="maxprocesses")
            parser.addoption("--dist", dest="dist")
try:
    sys.argv[0] = "pytest"
    from _pytest.config import _prepareconfig
    config = _prepareconfig(args, [Options()])
    config.option.numprocesses = word
    hook = config.hook.pytest_xdist_auto_num_workers
except BaseException:
    tell("")
try:
    answer = hook(config=config)
    # Without xdist the hook has no specification, and gives a list.
    answers = answer if isinstance(answer, list) else [answer]
    number = next((answer for answer in answers if answer is not None), None)
    tell("" if number is None else str(int(number)))
except BaseException as error:
    tell(f"!{type(error).__name__}: {error}")
)py";

bool Mentions(const std::string& text) { return absl::StrContains(text, kHook); }

bool IsModuleName(absl::string_view word) {
  constexpr size_t kLongest = 200;
  return !word.empty() && word.size() < kLongest && !absl::ascii_isdigit(static_cast<unsigned char>(word[0])) &&
         std::all_of(word.begin(), word.end(),
                     [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_' || c == '.'; });
}

// Reads files, each once, until one mentions the hook.
class Search {
 public:
  explicit Search(std::vector<std::string> module_folders) : module_folders_(std::move(module_folders)) {}

  bool found() const { return found_; }

  void Read(const std::string& path) {
    if (found_ || !seen_.insert(path).second) return;
    const absl::StatusOr<std::string> text = discovery::ReadFile(path);
    if (!text.ok()) return;
    found_ = Mentions(*text);
    if (found_ || !absl::StrContains(*text, "pytest_plugins")) return;
    const std::string folder(discovery::ParentPath(path));
    for (const absl::string_view word : absl::StrSplit(*text, absl::ByAnyChar("'\"\n"))) {
      if (!IsModuleName(word)) continue;
      ReadModuleIn(folder, std::string(word));
      ReadModule(std::string(word));
    }
  }

  // From the folders where the project's modules are.
  void ReadModule(const std::string& name) {
    for (const std::string& folder : module_folders_) ReadModuleIn(folder, name);
  }

  void ReadModuleIn(const std::string& folder, const std::string& name) {
    const std::string stem = discovery::JoinPath(folder, absl::StrReplaceAll(name, {{".", "/"}}));
    Read(stem + ".py");
    Read(stem + "/__init__.py");
  }

 private:
  const std::vector<std::string> module_folders_;
  std::set<std::string> seen_;
  bool found_ = false;
};

std::vector<std::string> ModuleFolders(const discovery::ProjectConfig& project, const std::string& invocation_dir) {
  std::vector<std::string> folders = {project.rootdir, invocation_dir};
  const auto setting = project.ini.find("pythonpath");
  if (setting == project.ini.end()) return folders;
  const std::string base =
      project.inifile.empty() ? project.rootdir : std::string(discovery::ParentPath(project.inifile));
  for (const absl::string_view path : absl::StrSplit(setting->second, absl::ByAnyChar(" \t\n"), absl::SkipEmpty())) {
    folders.push_back(discovery::AbsolutePath(base, std::string(path)));
  }
  return folders;
}

// The folders whose conftests pytest loads at its start, without those above.
std::vector<std::string> Anchors(const discovery::ProjectConfig& project, const AutoWorkersQuestion& question) {
  std::vector<std::string> anchors = {question.invocation_dir};
  const auto add = [&](const std::string& text) {
    std::string path = discovery::AbsolutePath(question.invocation_dir, std::string(ModuleOf(text)));
    anchors.push_back(discovery::IsDirectory(path) ? std::move(path) : std::string(discovery::ParentPath(path)));
  };
  for (const std::string& path : question.paths) add(path);
  for (const std::string& pattern : project.testpaths) {
    for (const std::string& path : discovery::Glob(question.invocation_dir, pattern)) add(path);
  }
  return anchors;
}

// The modules of the section pytest11: "name = module:object" each. xdist's own answer is not the project's.
void ReadInstalledPlugins(const std::string& python, Search& search) {
  const absl::StatusOr<std::string> program = FindProgram(python);
  if (!program.ok()) return;
  const std::string prefix(discovery::ParentPath(discovery::ParentPath(*program)));
  for (const std::string& file : discovery::Glob(prefix, "lib/python3*/*-packages/*.dist-info/entry_points.txt")) {
    const absl::StatusOr<std::string> text = discovery::ReadFile(discovery::JoinPath(prefix, file));
    if (!text.ok()) continue;
    bool in_section = false;
    for (const absl::string_view line : absl::StrSplit(*text, '\n')) {
      if (absl::StartsWith(line, "[")) in_section = absl::StartsWith(line, "[pytest11]");
      const std::vector<absl::string_view> parts = absl::StrSplit(line, absl::MaxSplits('=', 1));
      if (!in_section || parts.size() != 2) continue;
      const absl::string_view object = absl::StripAsciiWhitespace(parts[1]);
      const std::string module(object.substr(0, object.find_first_of(":[ ")));
      if (module == "xdist" || absl::StartsWith(module, "xdist.")) continue;
      const std::string packages(discovery::ParentPath(discovery::ParentPath(file)));
      search.ReadModuleIn(discovery::JoinPath(prefix, packages), module);
    }
  }
}

}  // namespace

bool MentionsAutoWorkers(const discovery::ProjectConfig& project, const AutoWorkersQuestion& question) {
  Search search(ModuleFolders(project, question.invocation_dir));
  for (const std::string& anchor : Anchors(project, question)) {
    for (std::string_view folder = anchor;; folder = discovery::ParentPath(folder)) {
      search.Read(discovery::JoinPath(folder, "conftest.py"));
      if (folder == "/") break;
    }
    for (const std::string& file : discovery::Glob(anchor, "test*/conftest.py")) {
      search.Read(discovery::JoinPath(anchor, file));
    }
  }
  for (const std::string& plugin : question.plugins) search.ReadModule(plugin);
  if (!search.found()) ReadInstalledPlugins(question.python, search);
  return search.found();
}

absl::StatusOr<std::optional<int>> AskAutoWorkers(const AutoWorkersQuestion& question) {
  Question script;
  script.python = question.python;
  script.script = kScript;
  script.args = {question.word};
  script.args.insert(script.args.end(), question.pytest_args.begin(), question.pytest_args.end());
  script.working_dir = question.invocation_dir;
  script.task = absl::StrCat("ask ", kHook);
  script.limit = kLimit;
  ASSIGN_OR_RETURN(const std::string answer, AskPython(script));
  if (absl::StartsWith(answer, "!")) {
    return absl::UnavailableError(absl::StrCat(kHook, " of this project cannot say how many workers to use (",
                                               answer.substr(1), "): mend the hook, or give the number with -n"));
  }
  int number = 0;
  if (!absl::SimpleAtoi(answer, &number)) return std::nullopt;
  return number;
}

}  // namespace fastest::python
