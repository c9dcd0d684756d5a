#include "benchmarks/farm_scale/simulated_farm.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/net/grpc_limits.h"
#include "base/reliable_link.h"
#include "benchmarks/farm_scale/simulated_worker.h"
#include "proto/agent_service.grpc.pb.h"

namespace fastest::farm_scale {
namespace {

constexpr char kJoinMethod[] = "/fastest.v1.AgentRendezvous/Join";
constexpr size_t kMuch = size_t{64} << 10;

// Leaves out long fields, which are the digests of the run's files. These agents have no files to compare, and a
// thousand agents in one process would each make objects of the digests.
v1::CoordinatorMessage Read(grpc::ByteBuffer* bytes) {
  using google::protobuf::internal::WireFormatLite;
  v1::CoordinatorMessage message;
  if (bytes->Length() <= kMuch) {
    grpc::SerializationTraits<v1::CoordinatorMessage>::Deserialize(bytes, &message).ok();
    return message;
  }
  grpc::Slice slice;
  bytes->DumpToSingleSlice(&slice).ok();
  google::protobuf::io::CodedInputStream in(slice.begin(), static_cast<int>(slice.size()));
  std::string short_fields;
  int begin = 0;
  for (uint32_t tag = in.ReadTag(); tag != 0 && WireFormatLite::SkipField(&in, tag); tag = in.ReadTag()) {
    const size_t length = static_cast<size_t>(in.CurrentPosition() - begin);
    if (length <= kMuch) short_fields.append(reinterpret_cast<const char*>(slice.begin()) + begin, length);
    begin = in.CurrentPosition();
  }
  message.ParseFromString(short_fields);
  return message;
}

}  // namespace

// One agent. Speaks like agent/coordinator: events that gather during a write go out as one message. A message has a
// number and is kept until it is acknowledged. A broken stream is not opened again, since on loopback no stream breaks.
class SimulatedFarm::Agent final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Agent(SimulatedFarm* farm, const std::string& address, int number, int slots)
      : farm_(farm),
        stub_(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), ClientArguments(address))) {
    v1::AgentMessage::Hello* hello = hello_.mutable_hello();
    hello->set_protocol_version(v1::PROTOCOL_VERSION_CURRENT);
    hello->set_name(absl::StrCat("simulated", number));
    hello->set_incarnation(absl::StrCat("incarnation", number));
    hello->set_slots(static_cast<uint32_t>(slots));
    hello->set_hostname("localhost");
  }

  void Start() {
    stub_.PrepareBidiStreamingCall(&context_, kJoinMethod, grpc::StubOptions(), this);
    // With the hold, OnDone also waits for the last write.
    AddHold();
    absl::MutexLock lock(&mu_);
    StartRead(&incoming_);
    Write(hello_);
    StartCall();
  }

  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override {
    absl::MutexLock lock(&mu_);
    if (!ok) {
      read_ended_ = true;
      ReleaseIfOver();
      return;
    }
    const v1::CoordinatorMessage message = Read(&incoming_);
    const Arrival arrival = link_.Receive(message, absl::Now());
    if (message.ping() != 0) pong_ = message.ping();
    if (arrival != Arrival::kRepeated) Take(message);
    WriteNext();
    StartRead(&incoming_);
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mu_);
    writing_ = false;
    if (ok) WriteNext();
    ReleaseIfOver();
  }

  void OnDone(const grpc::Status& status) override {
    int64_t results = 0;
    {
      absl::MutexLock lock(&mu_);
      results = results_;
      for (const auto& [slot, worker] : workers_) results += worker.program->results();
    }
    farm_->Over(results, status.ok() ? "" : status.error_message());
  }

 private:
  struct Worker {
    std::string id;
    std::unique_ptr<SimulatedWorker> program;
  };

  void Take(const v1::CoordinatorMessage& message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    switch (message.message_case()) {
      case v1::CoordinatorMessage::kStartRun:
        if (message.start_run().lease_s() > 0) link_.Keep(absl::Seconds(message.start_run().lease_s()), absl::Now());
        for (const auto& worker : message.start_run().workers()) StartWorker(worker.slot(), worker.worker_id());
        break;
      case v1::CoordinatorMessage::kStartWorker:
        StartWorker(message.start_worker().slot(), message.start_worker().worker_id());
        break;
      case v1::CoordinatorMessage::kGrant: {
        v1::Lease lease = message.grant().lease();
        lease.set_received_at(static_cast<double>(absl::ToUnixMicros(absl::Now())) / 1e6);
        const auto worker = workers_.find(message.grant().slot());
        if (worker == workers_.end()) break;
        worker->second.program->Run(lease);
        if (!saw_result_) farm_->SawResult();
        saw_result_ = true;
        break;
      }
      case v1::CoordinatorMessage::kRevoke:
        if (const auto worker = workers_.find(message.revoke().slot()); worker != workers_.end()) {
          worker->second.program->Revoke(message.revoke().revoke().lease_id());
        }
        break;
      case v1::CoordinatorMessage::kFinishSlot:
        EndWorker(message.finish_slot().slot());
        break;
      case v1::CoordinatorMessage::kStopRun:
        while (!workers_.empty()) EndWorker(workers_.begin()->first);
        break;
      case v1::CoordinatorMessage::kEndRun:
        farm_->SawEnd();
        while (!workers_.empty()) EndWorker(workers_.begin()->first);
        closing_ = true;
        break;
      case v1::CoordinatorMessage::kTellControl:
        // No simulated worker is a control session.
      case v1::CoordinatorMessage::kResume:
      case v1::CoordinatorMessage::MESSAGE_NOT_SET:
        break;
    }
  }

  void StartWorker(uint32_t slot, const std::string& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    Worker& worker = workers_[slot];
    worker.id = id;
    worker.program = std::make_unique<SimulatedWorker>(farm_->suite_, farm_->rootdir_, [this, slot, id] {
      v1::AgentMessage::FromWorker* from = gathered_.mutable_events()->add_events()->mutable_from_worker();
      from->set_slot(slot);
      from->set_worker_id(id);
      return from->mutable_message();
    });
  }

  void EndWorker(uint32_t slot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    const auto worker = workers_.find(slot);
    if (worker == workers_.end()) return;
    worker->second.program->Finish();
    results_ += worker->second.program->results();
    v1::AgentMessage::WorkerGone* gone = gathered_.mutable_events()->add_events()->mutable_worker_gone();
    gone->set_slot(slot);
    gone->set_worker_id(worker->second.id);
    gone->set_orderly(true);
    gone->set_how("exit code 0");
    workers_.erase(worker);
  }

  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (writing_ || closed_) return;
    const absl::Time now = absl::Now();
    if (!gathered_.events().events().empty()) {
      link_.Add(std::move(gathered_));
      gathered_.Clear();
    }
    v1::AgentMessage message;
    if (link_.HasNext()) {
      message = link_.TakeNext(now);
    } else if (closing_) {
      closed_ = true;
      StartWritesDone();
      return;
    } else if (pong_ != 0 || link_.OwesSign(now)) {
      link_.Stamp(&message, now);
    } else {
      return;
    }
    message.set_pong(std::exchange(pong_, 0));
    Write(message);
  }

  void Write(const v1::AgentMessage& message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    bool own = false;
    outgoing_.Clear();
    grpc::SerializationTraits<v1::AgentMessage>::Serialize(message, &outgoing_, &own).ok();
    writing_ = true;
    StartWrite(&outgoing_);
  }

  void ReleaseIfOver() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (!read_ended_ || writing_ || released_) return;
    closed_ = released_ = true;
    RemoveHold();
  }

  SimulatedFarm* const farm_;
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  v1::AgentMessage hello_;
  // Belongs to gRPC during a read.
  grpc::ByteBuffer incoming_;

  absl::Mutex mu_;
  // Belongs to gRPC while writing_.
  grpc::ByteBuffer outgoing_;
  v1::AgentMessage gathered_ ABSL_GUARDED_BY(mu_);
  ReliableLink<v1::AgentMessage, v1::CoordinatorMessage> link_ ABSL_GUARDED_BY(mu_);
  // The ping to answer.
  uint32_t pong_ ABSL_GUARDED_BY(mu_) = 0;
  std::map<uint32_t, Worker> workers_ ABSL_GUARDED_BY(mu_);
  int64_t results_ ABSL_GUARDED_BY(mu_) = 0;
  bool saw_result_ ABSL_GUARDED_BY(mu_) = false;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool closing_ ABSL_GUARDED_BY(mu_) = false;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  bool read_ended_ ABSL_GUARDED_BY(mu_) = false;
  bool released_ ABSL_GUARDED_BY(mu_) = false;
};

SimulatedFarm::SimulatedFarm(const Suite* suite, std::string rootdir, const std::string& address, int agents, int slots)
    : suite_(suite), rootdir_(std::move(rootdir)) {
  {
    absl::MutexLock lock(&mu_);
    running_ = static_cast<size_t>(agents);
  }
  for (int i = 0; i < agents; ++i) agents_.push_back(std::make_unique<Agent>(this, address, i, slots));
  for (const auto& agent : agents_) agent->Start();
}

SimulatedFarm::~SimulatedFarm() {
  for (const auto& agent : agents_) agent->Cancel();
  Wait(absl::InfiniteDuration());
}

bool SimulatedFarm::Wait(absl::Duration limit) {
  absl::MutexLock lock(&mu_);
  const auto over = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return running_ == 0; };
  return mu_.AwaitWithTimeout(absl::Condition(&over), limit);
}

SimulatedFarm::Times SimulatedFarm::times() const {
  absl::MutexLock lock(&mu_);
  return times_;
}

int64_t SimulatedFarm::results() const {
  absl::MutexLock lock(&mu_);
  return results_;
}

std::vector<std::string> SimulatedFarm::broken() const {
  absl::MutexLock lock(&mu_);
  return broken_;
}

void SimulatedFarm::Over(int64_t results, const std::string& why_broken) {
  absl::MutexLock lock(&mu_);
  --running_;
  results_ += results;
  if (!why_broken.empty()) broken_.push_back(why_broken);
}

void SimulatedFarm::SawResult() {
  absl::MutexLock lock(&mu_);
  times_.first_result = std::min(times_.first_result, absl::Now());
}

void SimulatedFarm::SawEnd() {
  absl::MutexLock lock(&mu_);
  times_.told_to_end = std::min(times_.told_to_end, absl::Now());
}

}  // namespace fastest::farm_scale
