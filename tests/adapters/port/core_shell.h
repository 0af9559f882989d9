// A shell without sockets around the core of a venue: keeps what it wants sent, and answers as a
// test says.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/port/venue_core.h"
#include "events/names.h"

namespace tranchet {

class CoreShell : public testing::Test {
 protected:
  virtual VenueCore& core() = 0;
  virtual Moment now() const = 0;
  // What the core wants done now.
  virtual void pump() {
    std::vector<HttpRequest> out;
    core().take_requests(out);
    for (HttpRequest& request : out) sent_.push_back(std::move(request));
  }

  void pass(Duration time) {
    const Timestamp end = steady_ + time;
    while (true) {
      const auto due = core().next_tick();
      if (!due || *due > end) break;
      steady_ = std::max(steady_ + Duration::nanoseconds(1), *due);
      tick();
    }
    steady_ = end;
    tick();
  }
  void tick() {
    if (pongs_) core().on_stream_alive(Stream::User, attempt(Stream::User), now());
    if (prices_) core().on_market_alive(now());
    core().tick(now());
    pump();
  }
  std::uint64_t attempt(Stream stream) {
    const auto wish = core().wanted(stream);
    return wish ? wish->attempt : 0;
  }
  bool is_sent(std::string_view label) const {
    return std::ranges::find(sent_, label, &HttpRequest::label) != sent_.end();
  }
  HttpRequest take(std::string_view label) {
    const auto found = std::ranges::find(sent_, label, &HttpRequest::label);
    if (found == sent_.end()) {
      ADD_FAILURE() << label << " was not sent";
      return {};
    }
    HttpRequest request = std::move(*found);
    sent_.erase(found);
    return request;
  }
  HttpRequest answer(std::string_view label, std::string_view body, int status = 200,
                     const std::vector<HttpHeader>& headers = {}) {
    HttpRequest request = take(label);
    core().on_answer(request.id, {.status = status, .headers = headers, .body = body}, now());
    pump();
    return request;
  }
  void open(Stream stream) {
    core().on_stream_open(stream, attempt(stream), now());
    pump();
  }
  void hear(std::string_view text) {
    core().on_stream_message(Stream::User, attempt(Stream::User), text, now());
    pump();
  }
  void submit(const std::vector<Command>& commands) {
    core().submit(commands, now().wall);
    pump();
  }
  template <class Asked>
  void ask(OrderId order) {
    Asked asked{};
    asked.order = order;
    asked.instrument = InstrumentId{1};
    submit({asked});
  }
  std::vector<EventBody> events() {
    std::vector<Occurrence> out;
    while (core().next_wakeup()) core().advance(now().wall + Duration::hours(1), out);
    std::vector<EventBody> bodies;
    for (const Occurrence& one : out) bodies.push_back(one.body);
    return bodies;
  }
  template <class Event>
  static std::vector<Event> only(const std::vector<EventBody>& bodies) {
    std::vector<Event> found;
    for (const EventBody& body : bodies) {
      if (const auto* event = std::get_if<Event>(&body)) found.push_back(*event);
    }
    return found;
  }
  template <class Event>
  std::vector<Event> only() {
    return only<Event>(events());
  }

  Names names_;
  std::deque<HttpRequest> sent_;
  Timestamp steady_ = Timestamp() + Duration::seconds(100);
  bool pongs_ = true;
  bool prices_ = true;
};

}  // namespace tranchet
