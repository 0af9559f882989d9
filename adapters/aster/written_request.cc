#include "adapters/aster/written_request.h"

namespace tranchet::aster {

// GET has its parameters in the query, the others in a form.
HttpRequest written_request(const Call& call, const Signer& signer,
                            const std::function<std::uint64_t()>& nonce) {
  const std::string_view root = signer.root();
  const bool is_whole = call.path.starts_with("/fapi/");
  const bool is_old = root == "/fapi/v1";
  HttpRequest request{
      .method = call.method,
      .target = is_whole ? call.path : std::string(root) + call.path,
      .headers = call.signature == Signature::None ? std::vector<HttpHeader>() : signer.headers(),
      .body = {},
      .label = call.label};
  std::string parameters = call.parameters;
  const bool is_signed =
      call.signature == Signature::Signed || (call.signature == Signature::KeyOnly && !is_old);
  if (is_signed) {
    parameters = signer.sign({.parameters = call.parameters, .microseconds = nonce()});
  }
  if (call.method == HttpMethod::Get) {
    if (!parameters.empty()) request.target += "?" + parameters;
  } else {
    request.body = parameters;
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  }
  return request;
}

}  // namespace tranchet::aster
