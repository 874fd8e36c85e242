#include "gateway/commands_in_flight.hpp"

#include <algorithm>
#include <utility>

namespace machiai {

namespace {

/// Takes one below `limit`, or nothing.
bool take_one(commands_in_flight::count& of, size_t limit) {
  if (of.fetch_add(1) < limit)
    return true;
  --of;
  return false;
}

} // namespace

commands_in_flight::place& commands_in_flight::place::operator=(place&& other) noexcept {
  if (this != &other) {
    release();
    process_ = std::exchange(other.process_, nullptr);
    share_ = std::move(other.share_);
  }
  return *this;
}

void commands_in_flight::place::release() {
  const auto of = std::exchange(share_, nullptr);
  if (!of)
    return;
  --of->here_;
  --*of->clinic_;
  --*process_;
}

std::shared_ptr<commands_in_flight::share> commands_in_flight::share_of(const clinic_id& clinic) {
  auto made = std::make_shared<share>();
  const std::lock_guard lock(mutex_);
  if (clinics_.size() >= sweep_at_) {
    std::erase_if(clinics_, [](const auto& x) { return x.second.expired(); });
    sweep_at_ = std::max(sweep_at_, 2 * clinics_.size());
  }
  auto& known = clinics_[clinic];
  made->clinic_ = known.lock();
  if (!made->clinic_) {
    made->clinic_ = std::make_shared<count>(0);
    known = made->clinic_;
  }
  return made;
}

std::optional<commands_in_flight::place> commands_in_flight::take(const std::shared_ptr<share>& of) {
  if (!take_one(total_, process_max_))
    return std::nullopt;
  if (!take_one(*of->clinic_, per_clinic_max_)) {
    --total_;
    return std::nullopt;
  }
  ++of->here_;
  return place(total_, of);
}

} // namespace machiai
