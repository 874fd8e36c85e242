#pragma once

#include "actors/interfaces.hpp"

#include <caf/behavior.hpp>
#include <caf/fwd.hpp>

#include <functional>
#include <memory>

namespace machiai {

class io_shard;

/// An actor whose messages run on a shard's event loop: `caf::actor_companion` with one wake-up of the loop per burst
/// of messages. Belongs to the shard's thread; only CAF calls into it from others.
class actor_mailbox {
public:
  actor_mailbox(caf::actor_system& system, io_shard& loop);
  ~actor_mailbox();
  actor_mailbox(const actor_mailbox&) = delete;
  actor_mailbox& operator=(const actor_mailbox&) = delete;

  /// What to do with messages. Set it before the first one can come.
  void on_message(caf::behavior handle);

  /// Tells an actor something, with this one as the sender.
  template <class Handle, class Message>
  void send(const Handle& to, Message message) const {
    enqueue(caf::actor_cast<caf::strong_actor_ptr>(to), caf::make_message(std::move(message)));
  }

  /// A `caf::down_msg` comes when `other` ends, at once if it already has.
  void monitor(const caf::strong_actor_ptr& other) const;
  /// Nobody here needs to know of its end any more.
  void demonitor(const caf::strong_actor_ptr& other) const;

private:
  struct queue;

  void enqueue(const caf::strong_actor_ptr& to, caf::message content) const;

  std::shared_ptr<queue> queue_;
  caf::strong_actor_ptr self_;
};

} // namespace machiai
