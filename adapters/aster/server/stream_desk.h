// Who listens to what: connections, the streams they have subscribed to, and what is to be sent.
// Raw connections (/ws) get messages as they are, combined ones (/stream) wrapped with their
// stream's name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/venue_server/stream_output.h"
#include "events/time.h"

namespace tranchet::aster_venue {

using venue_server::StreamId;
using venue_server::StreamOutput;

class StreamDesk {
 public:
  // "/ws", "/ws/NAME[/NAME...]", "/stream", "/stream?streams=NAME[/NAME...]".
  static bool is_stream(std::string_view target);

  StreamId open(std::string_view target, Timestamp now);
  void on_text(StreamId stream, std::string_view text);
  void closed(StreamId stream);

  bool has(std::string_view name) const { return listeners_.contains(name); }
  // The names somebody listens to that begin with `prefix`.
  std::vector<std::string> names_with(std::string_view prefix) const;
  void publish(std::string_view name, std::string_view message);

  void hang_up_all();
  // After 24 hours a connection is cut, whatever it is doing.
  void cut_older_than(Timestamp time);

  std::vector<StreamOutput> take();
  std::size_t size() const { return streams_.size(); }

 private:
  struct Connection {
    std::set<std::string, std::less<>> names;
    bool combined = false;
    Timestamp opened;
  };

  void subscribe(StreamId stream, Connection& connection, std::string name);
  void unsubscribe(StreamId stream, Connection& connection, std::string_view name);
  void answer(StreamId stream, const Connection& connection, std::string_view request);

  std::map<StreamId, Connection> streams_;
  std::map<std::string, std::set<StreamId>, std::less<>> listeners_;
  std::vector<StreamOutput> output_;
  StreamId next_ = 1;
};

}  // namespace tranchet::aster_venue
