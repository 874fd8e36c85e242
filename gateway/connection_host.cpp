#include "gateway/connection_host.hpp"

namespace machiai {

close_order default_close(transport_fault fault) {
  switch (fault) {
  case transport_fault::message_flood:
    return {1008, "too many messages"};
  case transport_fault::ping_flood:
    return {1008, "too many pings"};
  case transport_fault::hello_timeout:
    return {1008, "no hello in time"};
  case transport_fault::dead:
    return {1001, "nothing heard"};
  case transport_fault::send_stall:
    return {1013, "reader too slow"};
  case transport_fault::queue_overflow:
    return {1013, "too much pending"};
  case transport_fault::binary_message:
    return {1003, "text messages only"};
  }
  return {1011, ""};
}

} // namespace machiai
