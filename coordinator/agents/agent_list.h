// --agents LIST: addresses, names that stand for several, and files that change.
#ifndef FASTEST_COORDINATOR_AGENTS_AGENT_LIST_H_
#define FASTEST_COORDINATOR_AGENTS_AGENT_LIST_H_

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest::agents {

// All addresses (numeric, with port) of a host's name. Unavailable: it is not known.
using Resolve =
    std::function<absl::StatusOr<std::vector<std::string>>(const std::string& host, const std::string& port)>;
absl::StatusOr<std::vector<std::string>> ResolveByDns(const std::string& host, const std::string& port);

class AgentList {
 public:
  // `list`: HOST:PORT, dns:///NAME:PORT or @FILE, separated by commas. A file has one of the first two a line; empty
  // lines and what follows a '#' do not count. InvalidArgument names what can't be read.
  static absl::StatusOr<AgentList> Parse(const std::string& list, Resolve resolve = ResolveByDns);

  // Every address of now: files are read and names are looked up again. What can't be read or found now is left out,
  // and said in `problems`.
  std::set<std::string> Addresses(std::vector<std::string>* problems) const;

  // Whether it may have other addresses later.
  bool changes() const;

 private:
  explicit AgentList(Resolve resolve) : resolve_(std::move(resolve)) {}

  Resolve resolve_;
  std::vector<std::string> entries_;
};

}  // namespace fastest::agents

#endif  // FASTEST_COORDINATOR_AGENTS_AGENT_LIST_H_
