#pragma once

#include "store/ids.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace machiai {

/// How many commands are on their way, of the whole process and of each clinic: over all shards, by WebSocket and by
/// HTTP. Thread-safe. Whoever begins a command takes a place and keeps it until the answer; the limits are never
/// exceeded, but of several that come at the same moment for the last place all may be refused.
class commands_in_flight {
public:
  using count = std::atomic<size_t>;

  /// One clinic's count, for one thread: got once, so that no command has to look for it.
  class share {
  public:
    /// Places held by way of this share.
    [[nodiscard]] size_t here() const { return here_; }

  private:
    friend class commands_in_flight;
    std::shared_ptr<count> clinic_;
    size_t here_ = 0;
  };

  /// One counted command; gives its place back when destroyed, on its share's thread. Must not outlive the counter.
  class place {
  public:
    place() = default;
    place(place&& other) noexcept = default;
    place& operator=(place&& other) noexcept;
    ~place() { release(); }

  private:
    friend class commands_in_flight;
    place(count& process, std::shared_ptr<share> of) : process_(&process), share_(std::move(of)) {}
    void release();

    count* process_ = nullptr;
    std::shared_ptr<share> share_;
  };

  commands_in_flight(size_t per_clinic_max, size_t process_max)
      : per_clinic_max_(per_clinic_max), process_max_(process_max) {}

  std::shared_ptr<share> share_of(const clinic_id& clinic);
  /// Nothing when the clinic or the process has as many as it may.
  std::optional<place> take(const std::shared_ptr<share>& of);

  [[nodiscard]] size_t total() const { return total_; }
  [[nodiscard]] static size_t of_clinic(const share& of) { return *of.clinic_; }

private:
  const size_t per_clinic_max_;
  const size_t process_max_;
  count total_ = 0;
  std::mutex mutex_;
  std::unordered_map<clinic_id, std::weak_ptr<count>> clinics_;
  /// Clinics that nobody asks any more are forgotten when the table has grown to this.
  size_t sweep_at_ = 64;
};

} // namespace machiai
