#include "coordinator/agents/agent_list.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/net/transport_security.h"

namespace fastest::agents {
namespace {

constexpr char kDns[] = "dns:///";

std::string WithoutDns(const std::string& entry) { return absl::StartsWith(entry, kDns) ? entry.substr(7) : entry; }

absl::StatusOr<std::vector<std::string>> ReadFile(const std::string& path) {
  std::ifstream file(path);
  if (!file.is_open()) return absl::InvalidArgumentError(absl::StrCat("--agents @", path, ": the file can't be read"));
  std::vector<std::string> entries;
  for (std::string line; std::getline(file, line);) {
    const std::string entry(absl::StripAsciiWhitespace(line.substr(0, line.find('#'))));
    if (entry.empty()) continue;
    const std::string wrong = WhyNotHostPort(WithoutDns(entry), 1);
    if (!wrong.empty()) return absl::InvalidArgumentError(absl::StrCat("--agents @", path, ": ", wrong));
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ResolveByDns(const std::string& host, const std::string& port) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) return absl::UnavailableError(absl::StrCat(host, ": ", gai_strerror(error)));
  std::vector<std::string> addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    char number[NI_MAXHOST];
    if (getnameinfo(one->ai_addr, one->ai_addrlen, number, sizeof(number), nullptr, 0, NI_NUMERICHOST) != 0) continue;
    addresses.push_back(one->ai_family == AF_INET6 ? absl::StrCat("[", number, "]:", port)
                                                   : absl::StrCat(number, ":", port));
  }
  freeaddrinfo(found);
  return addresses;
}

absl::StatusOr<AgentList> AgentList::Parse(const std::string& list, Resolve resolve) {
  AgentList agents(std::move(resolve));
  for (absl::string_view part : absl::StrSplit(list, ',', absl::SkipWhitespace())) {
    const std::string entry(absl::StripAsciiWhitespace(part));
    if (entry[0] == '@') {
      const auto entries = ReadFile(entry.substr(1));
      if (!entries.ok()) return entries.status();
    } else if (const std::string wrong = WhyNotHostPort(WithoutDns(entry), 1); !wrong.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("--agents: ", wrong));
    }
    agents.entries_.push_back(entry);
  }
  if (agents.entries_.empty()) return absl::InvalidArgumentError("--agents names no agent: give HOST:PORT");
  return agents;
}

std::set<std::string> AgentList::Addresses(std::vector<std::string>* problems) const {
  std::vector<std::string> entries;
  for (const std::string& entry : entries_) {
    if (entry[0] != '@') {
      entries.push_back(entry);
      continue;
    }
    const auto read = ReadFile(entry.substr(1));
    if (read.ok()) {
      entries.insert(entries.end(), read->begin(), read->end());
    } else {
      problems->push_back(std::string(read.status().message()));
    }
  }
  std::set<std::string> addresses;
  for (const std::string& entry : entries) {
    if (!absl::StartsWith(entry, kDns)) {
      addresses.insert(entry);
      continue;
    }
    const std::string name = WithoutDns(entry);
    const size_t colon = name.rfind(':');
    const auto resolved = resolve_(name.substr(0, colon), name.substr(colon + 1));
    if (resolved.ok()) {
      addresses.insert(resolved->begin(), resolved->end());
    } else {
      problems->push_back(absl::StrCat("--agents ", entry, ": ", std::string(resolved.status().message())));
    }
  }
  return addresses;
}

bool AgentList::changes() const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [](const std::string& entry) { return entry[0] == '@' || absl::StartsWith(entry, kDns); });
}

}  // namespace fastest::agents
