#include "gateway/send_queue.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>

using namespace machiai;

namespace {

std::shared_ptr<const std::string> bytes_of(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

outgoing_frame state(std::string text, uint64_t key = 0) {
  return {bytes_of(std::move(text)), key, frame_kind::state};
}
outgoing_frame reply(std::string text) {
  return {bytes_of(std::move(text)), 0, frame_kind::reply};
}

std::string gathered(const send_queue& queue, std::size_t bytes_max, std::size_t entries = 1024) {
  std::vector<iovec> out(entries);
  std::string all;
  const auto count = queue.gather(out, bytes_max);
  for (std::size_t i = 0; i < count; ++i)
    all.append(static_cast<const char*>(out[i].iov_base), out[i].iov_len);
  return all;
}

std::string drain(send_queue& queue) {
  std::string all;
  while (!queue.empty()) {
    const auto part = gathered(queue, 1 << 20);
    all += part;
    queue.consume(part.size());
  }
  return all;
}

/// The same rules without any cleverness: a list of live frames, searched from end to end.
struct naive_queue {
  struct item {
    std::string bytes;
    uint64_t key;
    frame_kind kind;
    bool begun;
  };

  std::size_t sum(std::initializer_list<frame_kind> kinds) const {
    std::size_t total = 0;
    for (const auto& each : items)
      total += std::find(kinds.begin(), kinds.end(), each.kind) != kinds.end() ? each.bytes.size() : 0;
    return total;
  }

  bool is_refused(const outgoing_frame& frame) const {
    const auto size = frame.bytes->size();
    const auto earlier = sum({frame_kind::snapshot});
    const auto reserved = sum({frame_kind::reply, frame_kind::control});
    const auto extra = frame.kind == frame_kind::control ? limits.control_bytes : 0;
    if (frame.kind == frame_kind::state)
      return false;
    if (frame.kind == frame_kind::snapshot)
      return earlier > 0 && frame.key != subscription && earlier + size > limits.reserved_bytes;
    return reserved > 0 && reserved + size > limits.reserved_bytes + extra;
  }

  send_queue::push_result push(const outgoing_frame& frame) {
    using enum send_queue::push_result;
    const bool is_state = frame.kind == frame_kind::state;
    const auto size = frame.bytes->size();
    if (is_state && overflow)
      return dropped;
    if (is_refused(frame))
      return refused;
    if (frame.kind == frame_kind::snapshot)
      subscription = frame.key;
    bool replaced = false;
    if (is_state && frame.key != 0 && all().size() > limits.soft_bytes) {
      replaced = remove_all_but_newest(frame.key);
      const auto gone = std::remove_if(items.begin(), items.end(), [&](const item& each) {
        return each.kind == frame_kind::state && each.key == frame.key && !each.begun;
      });
      replaced = replaced || gone != items.end();
      items.erase(gone, items.end());
    }
    const auto states = sum({frame_kind::state});
    if (is_state && states > 0 && states + size > limits.hard_bytes) {
      std::erase_if(items, [](const item& each) { return each.kind == frame_kind::state && !each.begun; });
      overflow = true;
      return overflowed;
    }
    items.push_back({*frame.bytes, frame.key, frame.kind, false});
    return replaced ? conflated : queued;
  }

  /// The first push above the soft limit collapses every key; whether `key` was among them is the caller's question.
  bool remove_all_but_newest(uint64_t key) {
    std::map<uint64_t, std::size_t> newest;
    for (std::size_t i = 0; i < items.size(); ++i)
      if (items[i].kind == frame_kind::state && items[i].key != 0 && !items[i].begun)
        newest[items[i].key] = i;
    std::deque<item> kept;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto place = newest.find(items[i].key);
      const bool older =
          items[i].kind == frame_kind::state && items[i].key != 0 && !items[i].begun && place->second != i;
      if (!older)
        kept.push_back(items[i]);
    }
    items = std::move(kept);
    return newest.contains(key);
  }

  void consume(std::size_t count) {
    while (count > 0) {
      auto& front = items.front();
      const auto taken = std::min(count, front.bytes.size());
      front.bytes.erase(0, taken);
      front.begun = true;
      count -= taken;
      if (front.bytes.empty())
        items.pop_front();
    }
  }

  std::string all() const {
    std::string text;
    for (const auto& each : items)
      text += each.bytes;
    return text;
  }

  send_limits limits;
  std::deque<item> items;
  bool overflow = false;
  uint64_t subscription = 0;
};

} // namespace

TEST_CASE("send queue: frames leave in order, in pieces of any size") {
  const send_limits limits;
  send_queue queue(limits);
  queue.push(state("abc"));
  queue.push(reply("defg"));
  queue.push(state("h"));
  CHECK(gathered(queue, 100) == "abcdefgh");
  CHECK(gathered(queue, 4) == "abcd");
  CHECK(gathered(queue, 100, 2) == "abcdefg");
  CHECK(queue.consume(4) == 1);
  CHECK(gathered(queue, 100) == "efgh");
  CHECK(queue.consume(4) == 2);
  CHECK(queue.empty());
  CHECK(queue.bytes() == 0);
  CHECK(queue.bytes_handed_over() == 8);
}

TEST_CASE("send queue: above the soft limit only the newest frame of a key stays, in the last place") {
  const send_limits limits{10, 100, 100, 0};
  send_queue queue(limits);
  for (const auto* text : {"a1--", "b1--", "a2--"})
    CHECK(queue.push(state(text, static_cast<uint64_t>(text[0]))) == send_queue::push_result::queued);
  queue.push(reply("R"));
  CHECK(queue.push(state("a3--", 'a')) == send_queue::push_result::conflated);
  CHECK(queue.push(state("c1--", 'c')) == send_queue::push_result::queued);
  CHECK(queue.push(state("n1--")) == send_queue::push_result::queued);
  CHECK(queue.push(state("n2--")) == send_queue::push_result::queued);
  CHECK(drain(queue) == "b1--Ra3--c1--n1--n2--");
}

TEST_CASE("send queue: a frame that has begun is never replaced") {
  const send_limits limits{2, 100, 100, 0};
  send_queue queue(limits);
  queue.push(state("a1--", 'a'));
  queue.consume(1);
  queue.push(state("a2--", 'a'));
  queue.push(state("a3--", 'a'));
  CHECK(drain(queue) == "1--a3--");
}

TEST_CASE("send queue: an overflow drops state, keeps replies and asks for one snapshot when drained") {
  const send_limits limits{10, 20, 100, 0};
  send_queue queue(limits);
  queue.push(state(std::string(8, 'a')));
  queue.push(reply("REPLY"));
  queue.push(state(std::string(8, 'b')));
  CHECK_FALSE(queue.take_drained());
  CHECK(queue.push(state(std::string(8, 'c'))) == send_queue::push_result::overflowed);
  CHECK(queue.push(state("d")) == send_queue::push_result::dropped);
  CHECK(queue.push(reply("2")) == send_queue::push_result::queued);
  CHECK_FALSE(queue.take_drained());
  CHECK(drain(queue) == "REPLY2");
  CHECK(queue.take_drained());
  CHECK_FALSE(queue.take_drained());
  CHECK(queue.push(state("e")) == send_queue::push_result::queued);
}

TEST_CASE("send queue: replies and control frames have a limit of their own") {
  const send_limits limits{10, 20, 30, 5};
  send_queue queue(limits);
  CHECK(queue.push(reply(std::string(50, 'r'))) == send_queue::push_result::queued);
  CHECK(queue.push(reply("r")) == send_queue::push_result::refused);
  CHECK(queue.push({bytes_of("c"), 0, frame_kind::control}) == send_queue::push_result::refused);
  CHECK(queue.push(state(std::string(25, 's'))) == send_queue::push_result::queued);
  CHECK(queue.frames() == 2);
}

TEST_CASE("send queue: all that a subscription begins with is taken; the next one waits for the reader") {
  const send_limits limits{10, 20, 30, 5};
  send_queue queue(limits);
  const auto snapshot = [](std::string text, uint64_t subscription) {
    return outgoing_frame{bytes_of(std::move(text)), subscription, frame_kind::snapshot};
  };
  CHECK(queue.push(reply("welcome")) == send_queue::push_result::queued);
  for (int i = 0; i < 20; ++i)
    CHECK(queue.push(snapshot(std::string(50, 's'), 1)) == send_queue::push_result::queued);
  CHECK(queue.push(reply("answer")) == send_queue::push_result::queued);
  CHECK(queue.push(snapshot("s", 2)) == send_queue::push_result::refused);
  drain(queue);
  CHECK(queue.push(snapshot("s", 2)) == send_queue::push_result::queued);
  CHECK(queue.push(snapshot("s", 3)) == send_queue::push_result::queued);
}

TEST_CASE("send queue: two keys pushed for ever to a reader that takes nothing stay two frames") {
  const send_limits limits{10, 1000, 1000, 0};
  send_queue queue(limits);
  for (int i = 0; i < 100000; ++i)
    queue.push(state("0123456789", 1 + static_cast<uint64_t>(i % 2)));
  CHECK(queue.frames() <= 3);
  CHECK(queue.bytes() <= 30);
}

TEST_CASE("send queue: random operations agree with the naive model") {
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto below = [&](uint32_t n) { return static_cast<std::size_t>(random() % n); };
    const send_limits limits{below(200), 50 + below(400), 50 + below(200), below(50)};
    send_queue queue(limits);
    naive_queue model{limits, {}, false, 0};
    char letter = 'a';
    for (int step = 0; step < 400; ++step) {
      if (below(10) < 6) {
        letter = letter == 'z' ? 'a' : static_cast<char>(letter + 1);
        const auto kind = static_cast<frame_kind>(below(6) < 3 ? 0 : 1 + below(3));
        const outgoing_frame frame{bytes_of(std::string(1 + below(40), letter)), below(6), kind};
        REQUIRE(queue.push(frame) == model.push(frame));
      } else {
        const auto count = std::min(below(90), queue.bytes());
        queue.consume(count);
        model.consume(count);
        REQUIRE(queue.take_drained() == (model.overflow && model.items.empty()));
        if (model.items.empty())
          model.overflow = false;
      }
      REQUIRE(queue.bytes() == model.all().size());
      REQUIRE(queue.frames() == model.items.size());
      REQUIRE(gathered(queue, 1 << 20) == model.all());
    }
  }
}
