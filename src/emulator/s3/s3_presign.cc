// SPDX-License-Identifier: Apache-2.0
#include "emulator/s3/s3_presign.h"

#include "aws/sigv4.h"

namespace snapferry::emulator {

std::string presign_put(World& world, const core::Region& region, const std::string& bucket,
                        const std::string& key, core::Milliseconds expires) {
  world.s3.ensure_service_bucket(bucket, region, world.clock.now());
  const auto host_start = world.endpoint_url.find("://");
  aws::SignableRequest request;
  request.method = "PUT";
  request.host = host_start == std::string::npos ? world.endpoint_url
                                                 : world.endpoint_url.substr(host_start + 3);
  request.path = "/" + bucket + "/" + key;
  const std::string url =
      aws::presign_url(request,
                       {.access_key_id = std::string(kS3ServiceAccount),
                        .secret_access_key = "testing",
                        .session_token = {}},
                       {.time = world.clock.host_now(), .region = region.str(), .service = "s3"},
                       std::chrono::floor<core::Seconds>(expires));
  return "http" + url.substr(url.find("://"));  // the emulator speaks no TLS
}

}  // namespace snapferry::emulator
