// One message from the root to the next member; the others have nothing to do.

#include "collectives/algorithm.hpp"
#include "sim/core/contract.hpp"

namespace lightloom {
namespace {

class SendCursor final : public CollectiveCursor {
public:
  explicit SendCursor(const CollectiveShape &shape) : shape_(shape) {}

  CollectiveStep next() override {
    const std::uint32_t destination = (shape_.root + 1) % shape_.ranks;
    const bool source = shape_.index == shape_.root;
    if (done_ || shape_.ranks == 1 || (!source && shape_.index != destination))
      return {};
    done_ = true;
    CollectiveStep step;
    step.kind = source ? CollectiveStep::Kind::send : CollectiveStep::Kind::receive;
    step.peer = source ? destination : shape_.root;
    step.bytes = shape_.bytes;
    return step;
  }

private:
  CollectiveShape shape_;
  bool done_ = false;
};

} // namespace

std::unique_ptr<CollectiveCursor> make_send_cursor(const CollectiveShape &shape) {
  EXPECTS(shape.index < shape.ranks && shape.root < shape.ranks);
  EXPECTS(shape.op == CollectiveOp::send);
  return std::make_unique<SendCursor>(shape);
}

} // namespace lightloom
