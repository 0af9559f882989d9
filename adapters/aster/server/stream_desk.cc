#include "adapters/aster/server/stream_desk.h"

#include <simdjson.h>

#include <algorithm>

#include "adapters/aster/server/parameters.h"
#include "adapters/aster/server/venue_error.h"
#include "adapters/venue_server/url_text.h"

namespace tranchet::aster_venue {
namespace {

constexpr std::size_t kStreamsMax = 200;  // Of one connection.

std::vector<std::string> split_names(std::string_view names) {
  std::vector<std::string> result;
  while (!names.empty()) {
    const std::size_t end = std::min(names.find('/'), names.size());
    if (end > 0) result.push_back(url_decoded(names.substr(0, end)));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return result;
}

// {"method":"SUBSCRIBE","params":["btcusdt@aggTrade"],"id":1}
struct StreamRequest {
  std::string method;
  std::vector<std::string> names;
  std::string property;  // Of SET_PROPERTY and GET_PROPERTY.
  bool value = false;
  std::string id = "null";
};

std::optional<StreamRequest> parse_request(std::string_view text) {
  try {
    const simdjson::padded_string padded(text);
    simdjson::dom::parser parser;
    const simdjson::dom::element document = parser.parse(padded);
    StreamRequest request;
    request.method = std::string(std::string_view(document["method"]));
    std::uint64_t id = 0;
    if (document["id"].get(id) == simdjson::SUCCESS) request.id = std::to_string(id);
    simdjson::dom::array items;
    if (document["params"].get(items) == simdjson::SUCCESS) {
      for (const simdjson::dom::element item : items) {
        if (item.is_string()) request.names.emplace_back(std::string_view(item));
        if (item.is_bool()) request.value = bool(item);
      }
    }
    if (!request.names.empty()) request.property = request.names.front();
    return request;
  } catch (const simdjson::simdjson_error&) {
    return std::nullopt;
  }
}

}  // namespace

bool StreamDesk::is_stream(std::string_view target) {
  const std::string_view path = venue_server::path_of(target);
  return path == "/ws" || path.starts_with("/ws/") || path == "/stream" || path == "/stream/";
}

StreamId StreamDesk::open(std::string_view target, Timestamp now) {
  const StreamId id = next_++;
  Connection& connection = streams_[id];
  connection.opened = now;
  const std::string_view path = venue_server::path_of(target);
  std::vector<std::string> names;
  if (path.starts_with("/ws")) {
    if (path.size() > 4) names = split_names(path.substr(4));
  } else {
    connection.combined = true;
    const std::size_t at = target.find("streams=");
    if (at != std::string_view::npos) {
      const std::string_view list = target.substr(at + 8);
      names = split_names(list.substr(0, list.find('&')));
    }
  }
  for (std::string& name : names) subscribe(id, connection, std::move(name));
  return id;
}

void StreamDesk::subscribe(StreamId stream, Connection& connection, std::string name) {
  if (connection.names.size() >= kStreamsMax) return;
  listeners_[name].insert(stream);
  connection.names.insert(std::move(name));
}

void StreamDesk::unsubscribe(StreamId stream, Connection& connection, std::string_view name) {
  const auto own = connection.names.find(name);
  if (own == connection.names.end()) return;
  const auto found = listeners_.find(name);
  if (found != listeners_.end()) {
    found->second.erase(stream);
    if (found->second.empty()) listeners_.erase(found);
  }
  connection.names.erase(own);
}

void StreamDesk::on_text(StreamId stream, std::string_view text) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  Connection& connection = found->second;
  const auto request = parse_request(text);
  const auto reply = [&](std::string_view result) {
    output_.push_back({stream, JsonObject().json("result", result).json("id", request->id).str()});
  };
  if (!request) {
    output_.push_back({stream, R"({"code":2,"msg":"Invalid request: not a JSON request"})"});
  } else if (request->method == "SUBSCRIBE") {
    if (connection.names.size() + request->names.size() > kStreamsMax) {
      output_.push_back({stream, R"({"code":2,"msg":"Invalid request: more than 200 streams"})"});
      return;
    }
    for (const std::string& name : request->names) subscribe(stream, connection, name);
    reply("null");
  } else if (request->method == "UNSUBSCRIBE") {
    for (const std::string& name : request->names) unsubscribe(stream, connection, name);
    reply("null");
  } else if (request->method == "LIST_SUBSCRIPTIONS") {
    std::vector<std::string> names;
    for (const std::string& name : connection.names) names.push_back(json_string(name));
    reply(json_array(names));
  } else if (request->method == "SET_PROPERTY" && request->property == "combined") {
    connection.combined = request->value;
    reply("null");
  } else if (request->method == "GET_PROPERTY" && request->property == "combined") {
    reply(connection.combined ? "true" : "false");
  } else {
    output_.push_back({stream, R"({"code":2,"msg":"Invalid request: unknown method"})"});
  }
}

void StreamDesk::closed(StreamId stream) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  while (!found->second.names.empty()) {
    const std::string name = *found->second.names.begin();
    unsubscribe(stream, found->second, name);
  }
  streams_.erase(found);
}

std::vector<std::string> StreamDesk::names_with(std::string_view prefix) const {
  std::vector<std::string> result;
  for (auto at = listeners_.lower_bound(prefix);
       at != listeners_.end() && at->first.starts_with(prefix); ++at) {
    result.push_back(at->first);
  }
  return result;
}

void StreamDesk::publish(std::string_view name, std::string_view message) {
  const auto found = listeners_.find(name);
  if (found == listeners_.end()) return;
  for (const StreamId stream : found->second) {
    const bool combined = streams_.at(stream).combined;
    output_.push_back({stream, combined
                                   ? JsonObject().text("stream", name).json("data", message).str()
                                   : std::string(message)});
  }
}

void StreamDesk::hang_up_all() {
  for (const auto& [id, connection] : streams_) output_.push_back({id, "", true});
}

void StreamDesk::cut_older_than(Timestamp time) {
  for (const auto& [id, connection] : streams_) {
    if (connection.opened < time) output_.push_back({id, "", true});
  }
}

std::vector<StreamOutput> StreamDesk::take() {
  return std::exchange(output_, {});
}

}  // namespace tranchet::aster_venue
