#include "coordinator/python/auto_workers.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "coordinator/python/python_script.h"
#include "coordinator/python/start_files.h"

namespace fastest::python {
namespace {

constexpr char kHook[] = "pytest_xdist_auto_num_workers";
// Plugins and conftests are imported for the answer.
constexpr absl::Duration kLimit = absl::Minutes(2);

// The first argument is the word behind -n, the others are pytest's. xdist asks
// the hook at the same moment: conftests and plugins are loaded, and nothing is
// configured. What pytest says of wrong arguments, the run will say again.
// Answers: a number, nothing, or "!" and what the hook raised.
constexpr char kScript[] = R"py(
import importlib.util, os, sys
word, *args = sys.argv[1:]
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

}  // namespace

bool MentionsAutoWorkers(const discovery::ProjectConfig& project, const AutoWorkersQuestion& question) {
  const StartFiles start = {project, question.invocation_dir, question.paths, question.plugins};
  return ConftestsMention(start, {kHook}) || InstalledPluginsMention(question.python, {kHook});
}

absl::StatusOr<std::optional<int>> AskAutoWorkers(const AutoWorkersQuestion& question) {
  Question script;
  script.python = {question.python, question.as_module};
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
