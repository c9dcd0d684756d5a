#include "coordinator/python/pytest_run.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/status_macros.h"
#include "coordinator/python/python_script.h"
#include "proto/outcome_name.h"

namespace fastest::python {
namespace {

using Json = nlohmann::json;

// Runs pytest. The first argument is the file for the outcomes: of each test the strongest of all
// its reports, which is the rule of Fastest's results, too. The second is a file with the tests to run, in their order;
// empty: all. The rest is for pytest.
constexpr char kPytest[] = R"py(
import json, os, platform, sys
answer, selection, *args = sys.argv[1:]
# Tests may patch these.
dump, open_, replace = json.dump, open, os.replace
only = []
if selection:
    with open(selection, encoding="utf-8", errors="surrogateescape") as file:
        only = [(ref["nodeid"], ref["index"]) for ref in json.load(file)]
nowhere = os.open(os.devnull, os.O_RDWR)
for descriptor in range(3):
    os.dup2(nowhere, descriptor)
os.close(3)
import pytest

RANK = (None, "passed", "xpassed", "xfailed", "skipped", "error", "failed")

class Recorder:
    def __init__(self):
        self.begun, self.outcomes, self.collectors = {}, {}, {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config, items):
        if not only:
            return
        seen, by_key = {}, {}
        for item in items:
            index = seen[item.nodeid] = seen.get(item.nodeid, -1) + 1
            by_key[item.nodeid, index] = item
        items[:] = [by_key[key] for key in only if key in by_key]

    def pytest_runtest_logstart(self, nodeid):
        self.begun[nodeid] = self.begun.get(nodeid, 0) + 1

    def pytest_runtest_logreport(self, report):
        outcomes = self.outcomes.setdefault(report.nodeid, [])
        index = max(self.begun.get(report.nodeid, 1), 1) - 1
        outcomes.extend([None] * (index + 1 - len(outcomes)))
        outcomes[index] = max(outcomes[index], self.outcome(report), key=RANK.index)

    def outcome(self, report):
        if report.outcome == "failed":
            return "failed" if report.when == "call" else "error"
        if getattr(report, "context", None) is not None or report.outcome not in ("passed", "skipped"):
            return None
        xfail = hasattr(report, "wasxfail")
        if report.outcome == "skipped":
            return "xfailed" if xfail else "skipped"
        if report.when != "call":
            return None
        return "xpassed" if xfail else "passed"

    def pytest_collectreport(self, report):
        if report.outcome != "passed":
            self.collectors[report.nodeid] = report.outcome

recorder = Recorder()
sys.argv[0] = "pytest"
code = pytest.main(args, plugins=[recorder])
tests = {nodeid: [word for word in words if word] for nodeid, words in recorder.outcomes.items()}
with open_(answer + ".part", "w", encoding="utf-8", errors="backslashreplace") as file:
    dump({"exit_code": int(code), "python": platform.python_version(), "pytest": pytest.__version__,
          "tests": {nodeid: words for nodeid, words in tests.items() if words}, "collectors": recorder.collectors}, file)
replace(answer + ".part", answer)
sys.stdout.flush()
os._exit(0)
)py";

}  // namespace

absl::StatusOr<Verdicts> RunPytest(const Interpreter& python, const std::string& directory,
                                   const std::vector<std::string>& args, const std::vector<v1::TestRef>& only,
                                   const std::string& folder) {
  const std::string answer = folder + "/pytest.json";
  std::string selection;
  if (!only.empty()) {
    selection = folder + "/selection.json";
    Json refs = Json::array();
    for (const v1::TestRef& ref : only) refs.push_back({{"nodeid", ref.node_id()}, {"index", ref.index()}});
    std::ofstream(selection, std::ios::binary) << refs.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  Question question;
  question.python = python;
  question.script = kPytest;
  question.args = {answer, selection};
  question.args.insert(question.args.end(), args.begin(), args.end());
  question.working_dir = directory;
  question.task = "run the suite with pytest, so there is nothing to compare";
  // A whole suite takes as long as it takes. The user watches, and has Ctrl-C.
  question.limit = absl::InfiniteDuration();
  ASSIGN_OR_RETURN(const std::string ignored, AskPython(question));
  std::ifstream file(answer, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return ParseVerdicts(text.str());
}

void VerdictReporter::Result(const v1::TestResult& result, const results::Origin&) {
  std::vector<std::string>& outcomes = verdicts_->tests[result.ref().node_id()];
  // Tests with the same id may come from several workers, in any order.
  const auto index = static_cast<size_t>(result.ref().index());
  if (outcomes.size() <= index) outcomes.resize(index + 1);
  outcomes[index] = OutcomeName(result.outcome());
}

void VerdictReporter::Collect(const v1::CollectReport& report) {
  if (report.outcome() != "passed") verdicts_->collectors[report.node_id()] = report.outcome();
}

bool VerdictReporter::Finished(const results::RunSummary&) {
  for (auto& [node_id, outcomes] : verdicts_->tests) {
    outcomes.erase(std::remove(outcomes.begin(), outcomes.end(), ""), outcomes.end());
  }
  return true;
}

}  // namespace fastest::python
