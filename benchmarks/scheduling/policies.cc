#include "benchmarks/scheduling/policies.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

namespace fastest::scheduling {
namespace {

constexpr size_t kNoModule = -1;

std::vector<TestPlace> InOrder(const Suite& suite) {
  std::vector<TestPlace> tests;
  for (size_t m = 0; m < suite.modules.size(); ++m) {
    for (size_t t = 0; t < suite.modules[m].seconds.size(); ++t) tests.push_back({m, t});
  }
  return tests;
}

// The time of one worker: its last module, and when it is free.
struct Worker {
  explicit Worker(const Agent& agent) : slowness(agent.slowness), free_s(agent.joins_s) {}
  double Run(const Suite& suite, TestPlace test) {
    const Suite::Module& of = suite.modules[test.module];
    double seconds = of.seconds[test.test];
    if (module != test.module) seconds += of.setup_s;
    module = test.module;
    return free_s += seconds * slowness;
  }
  double slowness;
  double free_s;
  size_t module = kNoModule;
};

std::vector<Worker> WorkersOf(const std::vector<Agent>& farm) { return {farm.begin(), farm.end()}; }

using Queue = std::deque<TestPlace>;

// Workers run their queues. `refill(worker)` may move work before each test. A worker without work is not asked again.
double RunQueues(const Suite& suite, const std::vector<Agent>& farm, std::vector<Queue>* queues,
                 const std::function<void(size_t)>& refill) {
  std::vector<Worker> workers = WorkersOf(farm);
  using Event = std::pair<double, size_t>;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events;
  for (size_t w = 0; w < workers.size(); ++w) events.emplace(workers[w].free_s, w);
  double makespan = 0;
  while (!events.empty()) {
    const size_t w = events.top().second;
    makespan = std::max(makespan, workers[w].module == kNoModule ? 0.0 : events.top().first);
    events.pop();
    refill(w);
    Queue& queue = (*queues)[w];
    if (queue.empty()) continue;
    const TestPlace test = queue.front();
    queue.pop_front();
    events.emplace(workers[w].Run(suite, test), w);
  }
  return makespan;
}

}  // namespace

double Contiguous(const Suite& suite, const std::vector<Agent>& farm) {
  const std::vector<TestPlace> tests = InOrder(suite);
  std::vector<Worker> workers = WorkersOf(farm);
  double makespan = 0;
  for (size_t i = 0; i < tests.size(); ++i) {
    makespan = std::max(makespan, workers[i * workers.size() / tests.size()].Run(suite, tests[i]));
  }
  return makespan;
}

double RoundRobin(const Suite& suite, const std::vector<Agent>& farm) {
  std::vector<Worker> workers = WorkersOf(farm);
  double makespan = 0;
  for (const TestPlace& test : InOrder(suite)) {
    makespan = std::max(makespan, workers[test.module % workers.size()].Run(suite, test));
  }
  return makespan;
}

double WholeModules(const Suite& suite, const std::vector<plan::ModuleEstimate>& estimates,
                    const std::vector<Agent>& farm) {
  std::vector<double> predicted;
  for (const plan::ModuleEstimate& module : estimates) {
    double seconds = module.setup.module_s;
    for (const plan::TestEstimate& test : module.tests) seconds += test.seconds;
    predicted.push_back(seconds);
  }
  std::vector<size_t> order(suite.modules.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return predicted[a] > predicted[b]; });
  size_t next = 0;
  std::vector<Queue> queues(farm.size());
  return RunQueues(suite, farm, &queues, [&](size_t w) {
    if (!queues[w].empty() || next == order.size()) return;
    const size_t module = order[next++];
    for (size_t t = 0; t < suite.modules[module].seconds.size(); ++t) queues[w].push_back({module, t});
  });
}

double XdistLoad(const Suite& suite, const std::vector<Agent>& farm) {
  const std::vector<TestPlace> tests = InOrder(suite);
  const size_t nodes = farm.size();
  size_t next = 0;
  std::vector<Queue> queues(nodes);
  const auto send = [&](size_t w, size_t count) {
    for (; count > 0 && next < tests.size(); --count) queues[w].push_back(tests[next++]);
  };
  if (tests.size() < 2 * nodes) {
    while (next < tests.size()) send(next % nodes, 1);
  } else {
    const size_t chunk = std::max<size_t>(tests.size() / 4 / nodes, 2);
    for (size_t w = 0; w < nodes; ++w) send(w, chunk);
  }
  return RunQueues(suite, farm, &queues, [&](size_t w) {
    const size_t pending = tests.size() - next;
    const size_t least = std::max<size_t>(2, pending / nodes / 4);
    const size_t most = std::max<size_t>(2, pending / nodes / 2);
    if (queues[w].size() < least) send(w, most - queues[w].size());
  });
}

double XdistWorksteal(const Suite& suite, const std::vector<Agent>& farm) {
  const std::vector<TestPlace> tests = InOrder(suite);
  std::vector<Queue> queues(farm.size());
  for (size_t i = 0; i < tests.size(); ++i) queues[i * farm.size() / tests.size()].push_back(tests[i]);
  constexpr size_t kMinPending = 2;
  return RunQueues(suite, farm, &queues, [&](size_t w) {
    if (queues[w].size() >= kMinPending) return;
    const auto longest = std::max_element(queues.begin(), queues.end(),
                                          [](const Queue& a, const Queue& b) { return a.size() < b.size(); });
    if (longest->size() <= kMinPending) return;
    const size_t count = std::min(longest->size() / 2, longest->size() - kMinPending);
    queues[w].insert(queues[w].end(), longest->end() - static_cast<std::ptrdiff_t>(count), longest->end());
    longest->erase(longest->end() - static_cast<std::ptrdiff_t>(count), longest->end());
  });
}

double BlindIdeal(const Suite& suite, const std::vector<Agent>& farm) {
  using Free = std::pair<double, size_t>;
  std::priority_queue<Free, std::vector<Free>, std::greater<>> free;
  for (size_t a = 0; a < farm.size(); ++a) free.emplace(farm[a].joins_s, a);
  double makespan = 0;
  for (const Suite::Module& module : suite.modules) {
    const double share_s = module.setup_s / static_cast<double>(module.seconds.size());
    for (const double seconds : module.seconds) {
      const auto [free_s, agent] = free.top();
      free.pop();
      const double end_s = free_s + (seconds + share_s) * farm[agent].slowness;
      free.emplace(end_s, agent);
      makespan = std::max(makespan, end_s);
    }
  }
  return makespan;
}

}  // namespace fastest::scheduling
