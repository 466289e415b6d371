// A stand-in for the shipped binary in the tests of static linking: one GET through HttpClient,
// with the name-service pin or, with --without-pin, without it, to show what the pin is for. Prints
// the status and the body; exits 1 with the error where there is no answer.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string_view>

#include "aws/http/http_client.h"
#include "aws/http/name_service.h"

int main(int count, char** arguments) {
  std::string_view first = count > 1 ? arguments[1] : "";
  bool is_pinned = first != "--without-pin";
  if (count != (is_pinned ? 2 : 3)) {
    std::fprintf(stderr, "usage: resolve_probe [--without-pin] URL\n");
    return 2;
  }
  if (is_pinned) snapferry::aws::pin_name_service();

  snapferry::aws::HttpClient client({});
  snapferry::aws::HttpRequest request;
  request.method = "GET";
  request.url = arguments[count - 1];
  auto response = client.send(request);
  if (!response) {
    std::fprintf(stderr, "%s\n%s\n", snapferry::core::describe(response.error()).c_str(),
                 response.error().hint.c_str());
    return 1;
  }
  std::printf("%d %s\n", response->status, response->body.c_str());
  return 0;
}
