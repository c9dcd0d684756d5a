#include "coordinator/run/run_start.h"

#include "base/byte_text.h"
#include "base/version.h"

namespace fastest::run {

v1::RunSpec SpecOf(const RunOptions& options) {
  v1::RunSpec spec;
  spec.set_run_id(options.run_id);
  spec.set_invocation_dir(TextOf(options.invocation_dir));
  for (const std::string& arg : options.pytest_args) spec.add_pytest_args(TextOf(arg));
  spec.set_collection(options.collection);
  const int slots = options.sequence.has_value() ? options.sequence->slots : options.slots;
  // A single slot needs no controller: its session is as pytest's own in everything.
  spec.set_xdist_worker(slots > 1);
  spec.set_forward_terminal(options.terminal.forwarded);
  spec.set_color(options.terminal.color);
  spec.set_columns(options.terminal.columns);
  spec.set_slots(slots);
  spec.set_hang_timeout_s(options.patience.hang_timeout_s);
  spec.set_python(TextOf(options.python));
  spec.set_engine(options.engine);
  spec.set_as_module(options.as_module);
  for (const auto& [module, decided] : options.constant_modules) {
    v1::NativeModule* constant = spec.add_native_modules();
    constant->set_node_id(module);
    constant->set_crc32(decided.crc32);
  }
  for (const std::string& name : options.preload) spec.add_preload(name);
  spec.set_retries(static_cast<uint32_t>(options.failures.retries));
  spec.set_junit_xml(options.junit_xml);
  spec.set_controller(options.controller);
  return spec;
}

results::RunStart StartOf(const RunOptions& options, const v1::WorkerMessage::Ready& ready) {
  results::RunStart start = StartOf(options);
  start.rootdir = ready.rootdir();
  start.python_version = ready.python_version();
  start.pytest_version = ready.pytest_version();
  start.header.assign(ready.header().begin(), ready.header().end());
  start.options.insert(ready.options().begin(), ready.options().end());
  // A folder to write to, and not only a text.
  if (const auto cache = start.options.find("cache_dir"); cache != start.options.end()) {
    cache->second = BytesOf(cache->second);
  }
  start.whole_reason = ready.collection().whole_reason();
  return start;
}

results::RunStart StartOf(const RunOptions& options) {
  results::RunStart start;
  start.run_id = options.run_id;
  start.version = kVersion;
  start.rootdir = TextOf(options.rootdir);
  start.invocation_dir = TextOf(options.invocation_dir);
  start.slots = options.slots;
  for (const std::string& arg : options.pytest_args) start.pytest_args.push_back(TextOf(arg));
  start.engine = options.engine;
  if (options.share.shard() > 0) {
    start.shard = {options.share.shard(), options.share.plan().shards(), options.share.plan().digest(), {}};
  }
  start.shard.rerun_of = options.share.settled().run_ids;
  return start;
}

}  // namespace fastest::run
