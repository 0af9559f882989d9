// The order that an event or a command is about.
#pragma once

#include <variant>

#include "events/ids.h"

namespace tranchet {

// `message` is a variant. None: it is about no order, or about none of ours.
template <class Message>
OrderId order_of(const Message& message) {
  return std::visit(
      [](const auto& body) {
        if constexpr (requires { body.order; }) {
          return body.order;
        } else {
          return OrderId::None;
        }
      },
      message);
}

}  // namespace tranchet
