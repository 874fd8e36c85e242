#include "gateway/actor_mailbox.hpp"

#include "gateway/io_shard.hpp"

#include <caf/actor_companion.hpp>
#include <caf/actor_system.hpp>
#include <caf/mailbox_element.hpp>

#include <mutex>
#include <utility>
#include <vector>

namespace machiai {

/// Outlives the mailbox while CAF may still call the enqueue handler.
struct actor_mailbox::queue : std::enable_shared_from_this<queue> {
  explicit queue(io_shard& io) : loop(&io) {}

  /// From any thread.
  void push(caf::mailbox_element_ptr x) {
    auto wake = false;
    {
      const std::lock_guard lock(mutex);
      if (!loop)
        return;
      wake = waiting.empty();
      waiting.push_back(std::move(x));
    }
    if (wake)
      loop->post([self = shared_from_this()] { self->run(); });
  }

  void run() {
    std::vector<caf::mailbox_element_ptr> burst;
    {
      const std::lock_guard lock(mutex);
      burst.swap(waiting);
    }
    for (const auto& x : burst)
      if (handle)
        static_cast<void>(handle(x->content()));
  }

  void close() {
    const std::lock_guard lock(mutex);
    loop = nullptr;
    waiting.clear();
  }

  std::mutex mutex;
  io_shard* loop;
  std::vector<caf::mailbox_element_ptr> waiting;
  caf::behavior handle;
};

namespace {

caf::actor_companion& companion_of(const caf::strong_actor_ptr& self) {
  return *static_cast<caf::actor_companion*>(caf::actor_cast<caf::abstract_actor*>(self));
}

} // namespace

actor_mailbox::actor_mailbox(caf::actor_system& system, io_shard& loop)
    : queue_(std::make_shared<queue>(loop)),
      self_(caf::actor_cast<caf::strong_actor_ptr>(system.spawn<caf::actor_companion>())) {
  companion_of(self_).on_enqueue([queue = queue_](caf::mailbox_element_ptr x) { queue->push(std::move(x)); });
}

actor_mailbox::~actor_mailbox() {
  queue_->close();
  // Debian's library lacks `disconnect`; cleanup is what it would do: whoever monitors this shard hears of its end.
  companion_of(self_).cleanup(caf::exit_reason::user_shutdown, nullptr);
}

void actor_mailbox::on_message(caf::behavior handle) {
  queue_->handle = std::move(handle);
}

void actor_mailbox::enqueue(const caf::strong_actor_ptr& to, caf::message content) const {
  if (to)
    to->enqueue(self_, caf::make_message_id(), std::move(content), nullptr);
}

void actor_mailbox::monitor(const caf::strong_actor_ptr& other) const {
  companion_of(self_).monitor(caf::actor_cast<caf::actor>(other));
}

void actor_mailbox::demonitor(const caf::strong_actor_ptr& other) const {
  companion_of(self_).demonitor(caf::actor_cast<caf::actor_addr>(other));
}

} // namespace machiai
