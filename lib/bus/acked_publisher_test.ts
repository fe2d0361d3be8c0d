import { assertEquals, assertRejects } from "@std/assert";
import { connect, headers } from "@nats-io/transport-node";
import { JetStreamApiError } from "@nats-io/jetstream";
import { AckedPublisher } from "./acked_publisher.ts";
import { isWrongSequence } from "./nats_link.ts";
import { HAS_NATS, NatsServer } from "@/tests/nats.ts";

Deno.test("AckedPublisher gives each message its own acknowledgement, and up where none comes", {
  ignore: !HAS_NATS,
}, async () => {
  await using server = await NatsServer.start();
  const nc = await connect({ servers: server.url });
  using publisher = new AckedPublisher(nc, 200);
  const publish = (subject: string) => publisher.publish(subject, "text", headers());
  await assertRejects(() => publish("nobody"), Error, "no stream");
  // Something like a stream, which acknowledges the second message before the first, and a third one never.
  const asked: string[] = [];
  nc.subscribe("kept", {
    callback: (_, message) => {
      asked.push(message.reply!);
      if (asked.length === 2) asked.toReversed().forEach((reply, index) => nc.publish(reply, `{"seq":${2 - index}}`));
    },
  });
  nc.subscribe("refused", {
    callback: (_, message) => void message.respond('{"error":{"code":400,"err_code":10071,"description":"wrong"}}'),
  });
  assertEquals(await Promise.all([publish("kept"), publish("kept")]), [1, 2]);
  assertEquals(isWrongSequence(await assertRejects(() => publish("refused"), JetStreamApiError)), true);
  await assertRejects(() => publish("kept"), Error, "not acknowledged within 200 ms");
  const tooLong = publisher.publish("kept", "x".repeat(2_000_000), headers());
  const behind = assertRejects(() => publish("refused"), JetStreamApiError);
  await assertRejects(() => tooLong, Error, "cannot be published");
  await behind;
  const lost = publish("kept");
  publisher.fail("lost");
  await assertRejects(() => lost, Error, "lost");
  await nc.close();
});
