// Names of Asio, for headers that only point at what they name.
#pragma once

namespace boost::asio {
class io_context;
namespace ssl {
class context;
}
}  // namespace boost::asio
