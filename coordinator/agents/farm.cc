#include "coordinator/agents/farm.h"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "base/byte_text.h"
#include "base/file_digest.h"
#include "base/net/grpc_status.h"
#include "base/net/port_file.h"
#include "base/process/interrupts.h"
#include "base/status_macros.h"
#include "base/status_prefix.h"
#include "proto/exit_code.h"

namespace fastest::agents {
namespace {

// How long a wait for events may take: bounds the delay of Ctrl-C and of a redrawn line.
constexpr absl::Duration kTurn = absl::Milliseconds(50);
constexpr absl::Duration kListenWait = absl::Seconds(30);
constexpr absl::Duration kReadAgain = absl::Seconds(2);
constexpr absl::Duration kLongestWait = absl::Seconds(5);
constexpr absl::Duration kEndGrace = absl::Seconds(3);

// Every agent takes a descriptor, and the usual limit of a process (1,024) is soft: what is allowed may be used.
void AllowManyAgents() {
  rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace

Farm::Farm(const request::FarmRequest& options, bool single_session, Note note, TransportSecurity security)
    : options_(options),
      single_session_(single_session),
      note_(std::move(note)),
      security_(std::move(security)),
      gateway_(&security_, &clock_, absl::Seconds(options.lease_s)),
      beat_([this] {
        while (!stop_beat_.WaitForNotificationWithTimeout(gateway_.BeatInterval())) gateway_.Beat();
      }) {}

Farm::~Farm() {
  stop_beat_.Notify();
  beat_.join();
}

absl::StatusOr<std::unique_ptr<Farm>> Farm::Open(const request::FarmRequest& options, bool single_session, Note note) {
  AllowManyAgents();
  ASSIGN_OR_RETURN(TransportSecurity security, TransportSecurity::Load(options.security));
  auto farm = absl::WrapUnique(new Farm(options, single_session, std::move(note), std::move(security)));
  if (!options.agents.empty()) {
    ASSIGN_OR_RETURN(farm->list_, AgentList::Parse(options.agents));
    farm->ReadList();
    for (const auto& [address, place] : farm->places_) RETURN_IF_ERROR(farm->security_.MayDial(address));
  }
  if (!options.listen.empty()) {
    RETURN_IF_ERROR(farm->security_.MayListen(options.listen));
    ASSIGN_OR_RETURN(const std::string bound, farm->gateway_.Listen(options.listen));
    if (!options.port_file.empty()) {
      RETURN_IF_ERROR(WithPrefix("--port-file", WritePortFile(options.port_file, bound)));
    }
    farm->note_(absl::StrCat("agents may join at ", bound));
  }
  farm->DialWhatIsDue();
  return farm;
}

void Farm::ExpectFiles(const std::vector<std::string>& modules) {
  if (options_.allow_stale) return;
  std::set<std::string> paths;
  for (const std::string& module : modules) {
    // Outside of the rootdir there is nothing that has a counterpart.
    if (absl::StartsWith(module, "../")) continue;
    paths.insert(module);
    for (size_t slash = module.rfind('/'); slash != std::string::npos; slash = module.rfind('/', slash - 1)) {
      if (!paths.insert(absl::StrCat(module.substr(0, slash), "/conftest.py")).second || slash == 0) break;
    }
    paths.insert("conftest.py");
  }
  for (const std::string& path : paths) {
    const std::optional<uint64_t> digest = FileDigest(absl::StrCat(options_.rootdir, "/", BytesOf(path)));
    if (!digest.has_value()) continue;
    v1::CoordinatorMessage::FileDigest& file = files_.emplace_back();
    file.set_path(path);
    file.set_digest(*digest);
  }
}

void Farm::ReadList() {
  if (!list_.has_value() || absl::Now() < next_read_) return;
  next_read_ = list_->changes() ? absl::Now() + kReadAgain : absl::InfiniteFuture();
  std::vector<std::string> problems;
  const std::set<std::string> addresses = list_->Addresses(&problems);
  for (const std::string& problem : problems) {
    if (said_.insert(problem).second) note_(problem);
  }
  // One that is on it no more stays as long as its stream does.
  for (auto& [address, place] : places_) place.listed = addresses.count(address) > 0;
  for (const std::string& address : addresses) places_.try_emplace(address);
}

void Farm::DialWhatIsDue() {
  ReadList();
  const absl::Time now = absl::Now();
  for (auto& [address, place] : places_) {
    if (place.agent >= 0 || place.barred || !place.listed || now < place.next_try) continue;
    if (const absl::Status allowed = security_.MayDial(address); !allowed.ok()) {
      place.barred = place.tried = true;
      SayWhyNot(address, std::string(allowed.message()));
      continue;
    }
    place.agent = gateway_.Dial(address);
  }
}

absl::StatusOr<int> Farm::Gather(absl::Time deadline) {
  const absl::Duration wait = options_.wait_s >= 0       ? absl::Seconds(options_.wait_s)
                              : !options_.listen.empty() ? kListenWait
                                                         : absl::ZeroDuration();
  const absl::Time patient_until = absl::Now() + wait;
  while (static_cast<int>(present_.size()) < options_.min_agents) {
    for (AgentEvent& event : gateway_.Take(kTurn)) Handle(event, nullptr);
    DialWhatIsDue();
    if (Interrupted()) return absl::CancelledError("interrupted before an agent had answered");
    if (absl::Now() >= deadline && static_cast<int>(present_.size()) < options_.min_agents) {
      return absl::DeadlineExceededError(absl::StrCat("the deadline has come (--deadline), and of --min-agents ",
                                                      options_.min_agents, " only ", present_.size(),
                                                      " answered: ", WhyNone()));
    }
    const bool all_tried =
        std::all_of(places_.begin(), places_.end(), [](const auto& entry) { return entry.second.tried; });
    if (static_cast<int>(present_.size()) >= options_.min_agents || !all_tried) continue;
    if (absl::Now() < patient_until && MayHope()) continue;
    if (present_.empty()) return absl::UnavailableError(absl::StrCat("no agent could be had: ", WhyNone()));
    return absl::UnavailableError(
        absl::StrCat("only ", present_.size(), " of --min-agents ", options_.min_agents, " answered: ", WhyNone()));
  }
  uint32_t slots = 0;
  for (const auto& [agent, hello] : present_) slots += hello.slots();
  return static_cast<int>(slots);
}

void Farm::Drive(run::Run& run, const std::function<void()>& between_turns) {
  ShareStart();
  run.ExpectAgents(MayHope());
  const std::map<int, v1::AgentMessage::Hello> first = present_;
  for (const auto& [agent, hello] : first) {
    AgentEvent event;
    event.agent = agent;
    event.hello = hello;
    OnJoined(event, &run);
  }
  while (!run.Done()) {
    for (AgentEvent& event : gateway_.Take(kTurn)) Handle(event, &run);
    DialWhatIsDue();
    if (Interrupted()) {
      run.Interrupt();
      // Nobody waits for those who could not say that their tests have ended.
      for (const int agent : broken_) run.AgentLeft(agent, "it was out of reach");
    }
    for (const auto& [who, why] : std::exchange(refused_, {})) run.AgentRefused(who, why);
    run.ExpectAgents(MayWait());
    run.Tick();
    between_turns();
  }
}

void Farm::End() {
  const absl::Time deadline = absl::Now() + kEndGrace;
  while (in_run_.size() > broken_.size() && absl::Now() < deadline) {
    for (const AgentEvent& event : gateway_.Take(kTurn)) {
      if (event.kind == AgentEvent::Kind::kLeft) in_run_.erase(event.agent);
      if (event.kind == AgentEvent::Kind::kLeft || event.kind == AgentEvent::Kind::kResumed) broken_.erase(event.agent);
      if (event.kind == AgentEvent::Kind::kBroken) broken_.insert(event.agent);
    }
  }
}

void Farm::ShareStart() {
  v1::CoordinatorMessage::StartRun start;
  start.set_rootdir(TextOf(options_.rootdir));
  for (const auto& [name, value] : options_.environment) {
    (*start.mutable_environment())[TextOf(name)] = TextOf(value);
  }
  for (const std::string& name : options_.absent_environment) start.add_absent_environment(TextOf(name));
  *start.mutable_files() = {files_.begin(), files_.end()};
  gateway_.ShareStart(start);
}

void Farm::Send(int agent, const v1::CoordinatorMessage& message) { gateway_.Send(agent, message); }

void Farm::Handle(AgentEvent& event, run::Run* run) {
  switch (event.kind) {
    case AgentEvent::Kind::kJoined:
      OnJoined(event, run);
      return;
    case AgentEvent::Kind::kLeft:
    case AgentEvent::Kind::kUnreachable:
      OnGone(event, run);
      return;
    default:
      break;
  }
  if (run == nullptr || in_run_.count(event.agent) == 0) return;
  switch (event.kind) {
    case AgentEvent::Kind::kMessage:
      if (event.event->has_refused()) {
        OnRefused(event, run);
      } else if (event.event->has_draining()) {
        OnDraining(event, *run);
      } else {
        if (event.event->from_worker().message().has_ready()) AsHere(event.event.get());
        run->AgentSaid(event.agent, std::move(*event.event));
      }
      break;
    case AgentEvent::Kind::kBroken:
      OnBroken(event, *run);
      break;
    case AgentEvent::Kind::kResumed:
      broken_.erase(event.agent);
      note_(absl::StrCat("agent ", present_[event.agent].name(), " is back"));
      run->AgentResumed(event.agent);
      break;
    case AgentEvent::Kind::kHeard:
      run->AgentHeard(event.agent);
      if (event.round_trip_s >= 0) run->AgentRoundTrip(event.agent, event.round_trip_s);
      break;
    default:
      break;
  }
}

void Farm::OnBroken(const AgentEvent& event, run::Run& run) {
  broken_.insert(event.agent);
  note_(absl::StrCat("agent ", present_[event.agent].name(), " is out of reach (", PlainReason(event.why),
                     "): its tests wait for it for ", options_.lease_s, " s (--lease)"));
  run.AgentBroken(event.agent, PlainReason(event.why));
}

void Farm::OnDraining(const AgentEvent& event, run::Run& run) {
  const std::string& reason = event.event->draining().reason();
  if (!reason.empty()) Bar(event.agent, reason);
  run.AgentDraining(event.agent, reason);
}

void Farm::Bar(int agent, const std::string& why) {
  for (auto& [address, place] : places_) {
    if (place.agent != agent) continue;
    place.barred = true;
    place.why = why;
  }
}

void Farm::OnRefused(const AgentEvent& event, run::Run* run) {
  Bar(event.agent, event.event->refused().message());
  // The run names those that it can do without.
  if (in_run_.size() == 1 && !MayHope()) SayWhyNot(present_[event.agent].name(), event.event->refused().message());
  run->ExpectAgents(MayHope());
  // What the agent lacks is no mistake in what was typed here.
  v1::AgentMessage::Event refused = *event.event;
  refused.mutable_refused()->set_exit_status(kNotRun);
  run->AgentSaid(event.agent, std::move(refused));
  v1::CoordinatorMessage end;
  end.mutable_end_run();
  gateway_.Send(event.agent, end);
  present_.erase(event.agent);
  in_run_.erase(event.agent);
}

void Farm::AsHere(v1::AgentMessage::Event* event) const {
  v1::WorkerMessage::Ready* ready = event->mutable_from_worker()->mutable_message()->mutable_ready();
  const std::string there = ready->rootdir();
  const std::string here = TextOf(options_.rootdir);
  const auto map = [&](std::string* path) {
    if (!there.empty() && absl::StartsWith(*path, there)) path->replace(0, there.size(), here);
  };
  map(ready->mutable_rootdir());
  map(ready->mutable_inipath());
  if (const auto cache = ready->mutable_options()->find("cache_dir"); cache != ready->mutable_options()->end()) {
    map(&cache->second);
  }
  for (std::string& line : *ready->mutable_header()) {
    if (line == absl::StrCat("rootdir: ", there)) line = absl::StrCat("rootdir: ", here);
  }
}

void Farm::OnJoined(const AgentEvent& event, run::Run* run) {
  if (const auto place = places_.find(event.address); place != places_.end()) {
    place->second.agent = event.agent;
    place->second.tried = true;
    place->second.wait = absl::Milliseconds(500);
  }
  const bool is_new = present_.count(event.agent) == 0;
  v1::AgentMessage::Hello hello = event.hello;
  if (is_new) hello.set_name(UniqueName(hello));
  present_[event.agent] = hello;
  if (run == nullptr || (single_session_ && !in_run_.empty())) return;
  if (single_session_) hello.set_slots(1);
  in_run_.insert(event.agent);
  run->AgentJoined(event.agent, hello);
}

void Farm::OnGone(const AgentEvent& event, run::Run* run) {
  const std::string why = PlainReason(event.why);
  if (const auto place = places_.find(event.address); place != places_.end() && place->second.agent == event.agent) {
    Place& it = place->second;
    it.agent = -1;
    it.tried = true;
    it.why = why;
    it.barred = it.barred || absl::StrContains(why, "protocol version") || absl::StrContains(why, "--token-file") ||
                absl::StrContains(why, "cannot be spoken to");
    it.next_try = absl::Now() + it.wait;
    it.wait = std::min(2 * it.wait, kLongestWait);
  }
  if (event.kind == AgentEvent::Kind::kUnreachable) {
    SayWhyNot(event.address.empty() ? "that wanted to join" : event.address, why);
    return;
  }
  present_.erase(event.agent);
  broken_.erase(event.agent);
  if (in_run_.erase(event.agent) > 0 && run != nullptr) run->AgentLeft(event.agent, why);
}

void Farm::SayWhyNot(const std::string& who, const std::string& why) {
  if (!said_.insert(absl::StrCat(who, " ", why)).second) return;
  refused_.emplace_back(who, why);
  // Some say by themselves whom they are about.
  note_(absl::StartsWith(why, "agent ") ? why : absl::StrCat("agent ", who, ": ", why));
}

std::string Farm::UniqueName(const v1::AgentMessage::Hello& hello) const {
  const auto taken = [this](const std::string& name) {
    return std::any_of(present_.begin(), present_.end(),
                       [&](const auto& entry) { return entry.second.name() == name; });
  };
  std::string name = hello.name();
  for (int number = 2; taken(name); ++number) name = absl::StrCat(hello.name(), "#", number);
  return name;
}

bool Farm::MayHope() const {
  if (!options_.listen.empty() || (list_.has_value() && list_->changes())) return true;
  return std::any_of(places_.begin(), places_.end(), [](const auto& entry) { return !entry.second.barred; });
}

bool Farm::MayWait() {
  if (!in_run_.empty()) {
    none_since_ = absl::InfiniteFuture();
    return MayHope();
  }
  none_since_ = std::min(none_since_, absl::Now());
  return MayHope() && !Interrupted() && absl::Now() < none_since_ + absl::Seconds(options_.lease_s);
}

std::string Farm::WhyNone() const {
  std::vector<std::string> reasons;
  for (const auto& [address, place] : places_) {
    const std::string why = place.why.empty() && !place.tried ? "it has not answered yet" : place.why;
    if (!why.empty()) reasons.push_back(absl::StrCat(address, " (", why, ")"));
  }
  if (!options_.listen.empty()) reasons.push_back("nobody joined in time (--wait-agents)");
  if (reasons.empty()) reasons.push_back(present_.empty() ? "the list names none" : "the list names no others");
  return absl::StrJoin(reasons, ", ");
}

}  // namespace fastest::agents
