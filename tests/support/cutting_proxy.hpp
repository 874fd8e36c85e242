#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace machiai::test {

/// What the proxy does to the next thing the client says; connections after that one pass untouched.
enum class cut {
  none,
  /// The server never sees it, the client's connection breaks.
  before_forwarding,
  /// The server gets the first half of it.
  in_the_middle,
  /// The server does it, its answer is thrown away.
  before_answering,
  /// The client's connection breaks; the server sees it when `release` is called.
  late,
  /// Nothing goes either way, nothing breaks.
  swallow,
};

/// A TCP proxy in front of a server on 127.0.0.1, which breaks connections at chosen moments.
class cutting_proxy {
public:
  explicit cutting_proxy(uint16_t server_port);
  ~cutting_proxy();
  cutting_proxy(const cutting_proxy&) = delete;
  cutting_proxy& operator=(const cutting_proxy&) = delete;

  [[nodiscard]] uint16_t port() const { return port_; }

  /// Arms one cut. It has happened when `armed` is none again.
  void arm(cut what) { armed_ = what; }
  [[nodiscard]] cut armed() const { return armed_; }

  /// Gives the server what `late` held back and waits for its answer, which is returned.
  std::string release();

private:
  struct link {
    int client = -1;
    int server = -1;
    bool drop_answer = false;
    bool silent = false;
  };

  void serve();
  void accept_one();
  void from_client(link& which);
  void from_server(link& which);
  static void finish(link& which);

  uint16_t server_port_;
  uint16_t port_ = 0;
  int listener_ = -1;
  int wake_ = -1;
  std::atomic<cut> armed_ = cut::none;
  std::vector<link> links_;
  std::mutex held_mutex_;
  int held_server_ = -1;
  std::string held_;
  std::thread thread_;
};

} // namespace machiai::test
