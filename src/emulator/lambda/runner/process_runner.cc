// Two locks: World::mutex, then the pool's own, never the other way round. Neither is held while a
// function runs.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/lambda/runner/process_runner.h"

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <list>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/iam/access.h"
#include "emulator/lambda/async_failure.h"
#include "emulator/lambda/lambda_configuration.h"
#include "emulator/lambda/runner/execution_environment.h"
#include "emulator/lambda/runner/scratch_folder.h"
#include "emulator/sts/role_sessions.h"

namespace snapferry::emulator {
namespace {

// Ours: AWS keeps a warm environment for some minutes to hours; it promises no time. Longer than
// the quarter of an hour of a common schedule, so that days of it do not pay for a process each
// time.
constexpr std::chrono::minutes kIdleMax{20};
// Ours: what a machine with few cores runs at once of the queue; the rest waits a little.
constexpr size_t kAsyncMax = 16;
// Ours: functions get new environments long before this; AWS's own credentials last about as long.
constexpr std::chrono::hours kCredentialsLength{12};
// Source: Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous
// invocation", 2023: 1 minute before the first retry, 2 before the second; throttles from 1 second
// to 5 minutes apart; 6 hours at most.
constexpr std::chrono::minutes kFirstRetry{1};
constexpr std::chrono::minutes kSecondRetry{2};
constexpr std::chrono::seconds kThrottleFirst{1};
constexpr std::chrono::minutes kThrottleMax{5};
constexpr long kRetriesMax = 2;
constexpr long kAgeMaxSeconds = 21600;
// Source: Lambda API reference, Invoke: X-Amz-Log-Result is the last 4 KB.
constexpr size_t kTailMax = 4096;

using Environment = std::unique_ptr<ExecutionEnvironment>;

// What an invocation needs of the world, copied under its lock.
struct Order {
  LambdaFunction function;
  std::string request_id;
  std::string payload;
  std::string trace_id;
};

void put_metric(World& world, const LambdaFunction& function, const std::string& name, double value,
                const std::string& unit) {
  world.metrics.put(function.account, function.region, "AWS/Lambda", name,
                    {{"FunctionName", function.name}}, world.clock.now(), value, unit);
}

}  // namespace

class ProcessRunner::Impl {
 public:
  explicit Impl(World& world) : world_(world), dispatcher_([this] { dispatch(); }) {}

  InvocationResult invoke(const std::string& function_arn, const std::string& payload,
                          const std::string& request_id) {
    Order order;
    {
      const std::scoped_lock lock(world_.mutex);
      const LambdaFunction* function = world_.lambda.find(function_arn);
      if (function == nullptr) return {.is_stopped = true};
      order = order_of(*function, payload, request_id);
      if (!take_slot(*function)) {
        put_metric(world_, *function, "Throttles", 1, "Count");
        return {.is_throttled = true};
      }
    }
    InvocationResult result = run(order);
    release_slot(order.function.arn);
    return result;
  }

  void wake() {
    const std::scoped_lock lock(mutex_);
    is_woken_ = true;
    changed_.notify_all();
  }

  bool wait_idle(core::Milliseconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (true) {
      bool is_due = false;
      {
        const std::scoped_lock lock(world_.mutex);
        const core::Instant now = world_.clock.now();
        is_due = std::ranges::any_of(world_.lambda.queue, [&](const LambdaQueued& item) {
          return item.is_running || item.not_before <= now;
        });
      }
      std::unique_lock lock(mutex_);
      if (is_stopping_ || (!is_due && running_.empty())) return true;
      if (std::chrono::steady_clock::now() >= until) return false;
      if (is_due) is_woken_ = true;
      changed_.notify_all();
      // A slot that is freed is told; the queue is asked again now and then.
      const auto again = std::min<std::chrono::steady_clock::time_point>(
          until, std::chrono::steady_clock::now() + core::Milliseconds(20));
      changed_.wait_until(lock, again);
    }
  }

  void stop() {
    std::list<std::thread> workers;
    {
      const std::scoped_lock lock(mutex_);
      if (std::exchange(is_stopping_, true)) return;
      for (ExecutionEnvironment* environment : busy_) environment->interrupt();
      changed_.notify_all();
    }
    dispatcher_.join();
    for (std::thread& worker : workers_) worker.join();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return busy_.empty(); });
    std::list<Environment> idle = std::exchange(idle_, {});
    lock.unlock();
    end_all(idle);
  }

 private:
  // All are told before any is waited for.
  static void end_all(std::list<Environment>& environments) {
    for (const Environment& environment : environments) environment->terminate();
    environments.clear();
  }

  Order order_of(const LambdaFunction& function, const std::string& payload,
                 std::string request_id) {
    Identifiers& ids = world_.lambda.ids;
    if (request_id.empty()) request_id = ids.uuid();
    constexpr std::string_view kHex = "0123456789abcdef";
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(world_.clock.now().time_since_epoch());
    return {.function = function,
            .request_id = std::move(request_id),
            .payload = payload,
            .trace_id = fmt::format("Root=1-{:08x}-{};Parent={};Sampled=0", seconds.count(),
                                    ids.text(24, kHex), ids.text(16, kHex))};
  }

  // Requires: World::mutex is held.
  bool take_slot(const LambdaFunction& function) {
    const std::scoped_lock lock(mutex_);
    const auto in_use = static_cast<long>(running_.count(function.arn));
    if (function.reserved_concurrency && in_use >= *function.reserved_concurrency) return false;
    running_.insert(function.arn);
    return true;
  }

  void release_slot(const std::string& arn) {
    const std::scoped_lock lock(mutex_);
    running_.erase(running_.find(arn));
    is_woken_ = true;
    changed_.notify_all();
  }

  [[nodiscard]] bool is_fresh(const ExecutionEnvironment& environment,
                              const LambdaFunction& function, core::Instant now) const {
    const core::Seconds timeout(function.timeout_seconds);
    return environment.plan().function.environment_id == function.environment_id &&
           now - environment.last_used <= kIdleMax &&
           now + timeout < environment.plan().credentials_end;
  }

  // Returns a warm one, or a new one.
  Environment take_environment(const LambdaFunction& function) {
    const core::Instant now = world_.clock.now();
    {
      const std::scoped_lock lock(mutex_);
      for (auto at = idle_.begin(); at != idle_.end(); ++at) {
        if (!is_fresh(**at, function, now) || !(*at)->is_usable()) continue;
        Environment found = std::move(*at);
        idle_.erase(at);
        return found;
      }
    }
    return std::make_unique<ExecutionEnvironment>(plan_of(function), world_.clock, starter_);
  }

  EnvironmentPlan plan_of(const LambdaFunction& function) {
    const std::scoped_lock lock(world_.mutex);
    const core::Instant now = world_.clock.now();
    const std::string id = world_.lambda.ids.text(32, "0123456789abcdef");
    std::string day = core::format_compact(now).substr(0, 8);
    day.insert(6, "/").insert(4, "/");
    EnvironmentPlan plan{.function = function,
                         .log_stream = fmt::format("{}/[$LATEST]{}", day, id),
                         .endpoint_url = world_.endpoint_url,
                         .credentials_end = now + kCredentialsLength,
                         .folder = scratch_.path() / id};
    // A role that has gone, or that Lambda may no longer assume, leaves the function without
    // credentials: its own calls are then refused.
    const auto session = issue_for_service(world_, function.role, "lambda.amazonaws.com",
                                           function.name, kCredentialsLength);
    if (session) {
      plan.access_key_id = session->access_key_id;
      plan.secret_access_key = session->secret_access_key;
      plan.session_token = session->session_token;
    }
    return plan;
  }

  // Requires: the slot was taken. Neither lock is held.
  InvocationResult run(const Order& order) {
    Environment environment = take_environment(order.function);
    {
      const std::scoped_lock lock(mutex_);
      if (is_stopping_) return {.is_stopped = true};
      busy_.insert(environment.get());
    }
    Log log(*this, order.function, environment->plan().log_stream);
    const auto sink = [&](core::Instant time, const std::string& line) { log.add(time, line); };
    InvocationOutcome outcome = environment->run({.request_id = order.request_id,
                                                  .payload = order.payload,
                                                  .function_arn = order.function.arn,
                                                  .trace_id = order.trace_id},
                                                 sink);
    finish(order, outcome, sink);
    InvocationResult result{.payload = std::move(outcome.payload),
                            .function_error = outcome.is_error ? "Unhandled" : "",
                            .is_stopped = outcome.is_stopped,
                            .log_tail = log.take_tail()};
    put_back(std::move(environment));
    return result;
  }

  void finish(const Order& order, const InvocationOutcome& outcome,
              const ExecutionEnvironment::LogLine& sink) {
    if (outcome.is_stopped) return;
    const core::Instant now = world_.clock.now();
    const LambdaFunction& function = order.function;
    if (outcome.report.error_type == "Sandbox.Timedout" && function.log_format == "Text") {
      std::string time = core::format_instant(now);
      sink(now, fmt::format("{} {} Task timed out after {:.2f} seconds", time, order.request_id,
                            static_cast<double>(function.timeout_seconds)));
    }
    for (const auto& line :
         {runtime_done_line(function, outcome.report, now), end_line(function, order.request_id),
          report_line(function, outcome.report, now)}) {
      if (line) sink(now, *line);
    }
    const std::scoped_lock lock(world_.mutex);
    put_metric(world_, function, "Invocations", 1, "Count");
    put_metric(world_, function, "Errors", outcome.is_error ? 1 : 0, "Count");
    put_metric(world_, function, "Throttles", 0, "Count");
    put_metric(world_, function, "Duration", outcome.report.duration_ms, "Milliseconds");
  }

  void put_back(Environment environment) {
    {
      const std::scoped_lock lock(mutex_);
      if (!is_stopping_ && environment->is_usable()) {
        busy_.erase(environment.get());
        environment->last_used = world_.clock.now();
        idle_.push_back(std::move(environment));
        return;
      }
    }
    // Ended before it is missed: who waits for busy_ to be empty waits for no process.
    ExecutionEnvironment* const raw = environment.get();
    environment.reset();
    const std::scoped_lock lock(mutex_);
    busy_.erase(raw);
    changed_.notify_all();
  }

  // The lines of one invocation: into the world's log, where the role may write it, and the tail.
  class Log {
   public:
    Log(Impl& impl, const LambdaFunction& function, std::string stream)
        : impl_(impl), function_(function), stream_(std::move(stream)) {
      const std::scoped_lock lock(impl_.world_.mutex);
      const Caller caller = role_caller(impl_.world_, function_);
      const std::string resource =
          fmt::format("arn:{}:logs:{}:{}:log-group:{}:log-stream:{}", function.partition,
                      function.region.str(), function.account.str(), function.log_group, stream_);
      is_allowed_ =
          authorize(impl_.world_, caller, {.action = "logs:CreateLogStream", .resource = resource})
              .has_value() &&
          authorize(impl_.world_, caller, {.action = "logs:PutLogEvents", .resource = resource})
              .has_value();
    }

    void add(core::Instant time, const std::string& line) {
      tail_.append(line).append("\n");
      if (tail_.size() > kTailMax) tail_.erase(0, tail_.size() - kTailMax);
      if (!is_allowed_) return;
      const std::scoped_lock lock(impl_.world_.mutex);
      impl_.world_.logs.append(impl_.world_, function_.account, function_.region,
                               function_.log_group, stream_, time, line);
    }

    std::string take_tail() { return std::move(tail_); }

   private:
    Impl& impl_;
    const LambdaFunction& function_;
    std::string stream_;
    bool is_allowed_ = false;
    std::string tail_;
  };

  void dispatch() {
    std::unique_lock lock(mutex_);
    while (!is_stopping_) {
      // Now and then without being asked, for what has been idle too long.
      changed_.wait_for(lock, std::chrono::minutes(1),
                        [this] { return is_woken_ || is_stopping_; });
      is_woken_ = false;
      if (is_stopping_) return;
      lock.unlock();
      reap();
      start_due();
      lock.lock();
      join_done();
    }
  }

  // Ends what is idle too long, or serves what is no more.
  void reap() {
    std::list<Environment> ending;
    {
      const std::scoped_lock world_lock(world_.mutex);
      const core::Instant now = world_.clock.now();
      const std::scoped_lock lock(mutex_);
      for (auto at = idle_.begin(); at != idle_.end();) {
        const auto next = std::next(at);
        const LambdaFunction* function = world_.lambda.find((*at)->plan().function.arn);
        const bool is_kept =
            function != nullptr && is_fresh(**at, *function, now) && (*at)->is_usable();
        if (!is_kept) ending.splice(ending.end(), idle_, at);
        at = next;
      }
    }
    end_all(ending);
  }

  void start_due() {
    const std::scoped_lock world_lock(world_.mutex);
    const core::Instant now = world_.clock.now();
    for (auto at = world_.lambda.queue.begin(); at != world_.lambda.queue.end();) {
      const auto item = at++;
      if (item->is_running || item->not_before > now) continue;
      const LambdaFunction* function = world_.lambda.find(item->function_arn);
      if (function == nullptr) {
        world_.lambda.queue.erase(item);
        continue;
      }
      if (is_too_old(*function, *item, now)) {
        give_up(world_, *function, *item,
                {.condition = "EventAgeExceeded", .status = item->throttles > 0 ? 429 : 200});
        world_.lambda.queue.erase(item);
        continue;
      }
      if (!take_slot(*function)) {
        throttle(*function, *item, now);
        continue;
      }
      const std::scoped_lock lock(mutex_);
      if (is_stopping_ || workers_.size() - done_.size() >= kAsyncMax) {
        running_.erase(running_.find(function->arn));
        return;
      }
      item->is_running = true;
      start_worker(order_of(*function, item->payload, item->request_id));
    }
  }

  static bool is_too_old(const LambdaFunction& function, const LambdaQueued& item,
                         core::Instant now) {
    const auto& config = function.event_invoke;
    const long seconds = config ? config->age_max_seconds.value_or(kAgeMaxSeconds) : kAgeMaxSeconds;
    return now - item.accepted > core::Seconds(seconds);
  }

  void throttle(const LambdaFunction& function, LambdaQueued& item, core::Instant now) {
    put_metric(world_, function, "Throttles", 1, "Count");
    core::Milliseconds pause = kThrottleFirst;
    for (long i = 0; i < item.throttles && pause < kThrottleMax; ++i) pause *= 2;
    ++item.throttles;
    item.not_before = now + std::min<core::Milliseconds>(pause, kThrottleMax);
    item.is_announced = false;
  }

  // Requires: mutex_ is held.
  void start_worker(Order order) {
    workers_.emplace_back([this, moved = std::move(order)] {
      const InvocationResult result = run(moved);
      settle(moved, result);
      release_slot(moved.function.arn);
      const std::scoped_lock lock(mutex_);
      done_.insert(std::this_thread::get_id());
      is_woken_ = true;
      changed_.notify_all();
    });
  }

  // What becomes of an asynchronous invocation after a try.
  void settle(const Order& order, const InvocationResult& result) {
    const std::scoped_lock lock(world_.mutex);
    const auto item =
        std::ranges::find(world_.lambda.queue, order.request_id, &LambdaQueued::request_id);
    if (item == world_.lambda.queue.end()) return;
    item->is_running = false;
    item->throttles = 0;
    if (result.is_stopped) return;
    // The function as it is now: its settings may have changed, or it may be gone.
    const LambdaFunction* function = world_.lambda.find(order.function.arn);
    if (result.function_error.empty() || function == nullptr) {
      world_.lambda.queue.erase(item);
      return;
    }
    const auto& config = function->event_invoke;
    const long retries = config ? config->retries_max.value_or(kRetriesMax) : kRetriesMax;
    ++item->attempts;
    const core::Instant now = world_.clock.now();
    const core::Instant next = now + (item->attempts == 1 ? kFirstRetry : kSecondRetry);
    const bool is_exhausted = item->attempts > retries;
    if (!is_exhausted && !is_too_old(*function, *item, next)) {
      item->not_before = next;
      item->is_announced = false;
      return;
    }
    give_up(world_, *function, *item,
            {.condition = is_exhausted ? "RetriesExhausted" : "EventAgeExceeded",
             .status = 200,
             .function_error = result.function_error,
             .payload = result.payload});
    world_.lambda.queue.erase(item);
  }

  // Requires: mutex_ is held.
  void join_done() {
    std::erase_if(workers_, [this](std::thread& worker) {
      if (!done_.contains(worker.get_id())) return false;
      done_.erase(worker.get_id());
      // It needs the lock no more once it is known as done.
      worker.join();
      return true;
    });
  }

  World& world_;
  ScratchFolder scratch_;
  ChildStarter starter_;  // after it, and before all that has processes
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_woken_ = false;
  bool is_stopping_ = false;
  std::multiset<std::string> running_;  ///< ARNs, once for each invocation
  std::set<ExecutionEnvironment*> busy_;
  std::list<Environment> idle_;
  std::list<std::thread> workers_;
  std::set<std::thread::id> done_;
  std::thread dispatcher_;
};

ProcessRunner::ProcessRunner(World& world) : impl_(std::make_unique<Impl>(world)) {}

ProcessRunner::~ProcessRunner() {
  stop();
}

InvocationResult ProcessRunner::invoke(const std::string& function_arn, const std::string& payload,
                                       const std::string& request_id) {
  return impl_->invoke(function_arn, payload, request_id);
}

void ProcessRunner::wake() {
  impl_->wake();
}

bool ProcessRunner::wait_idle(core::Milliseconds limit) {
  return impl_->wait_idle(limit);
}

void ProcessRunner::stop() {
  impl_->stop();
}

}  // namespace snapferry::emulator
