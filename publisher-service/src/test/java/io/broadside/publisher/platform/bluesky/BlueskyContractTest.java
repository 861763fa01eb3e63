package io.broadside.publisher.platform.bluesky;

import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;

import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Platform;
import io.broadside.publisher.platform.PlatformContract;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;

final class BlueskyContractTest extends PlatformContract {

    static final String DID = "did:plc:aaaabbbbccccddddeeeeffff";

    static BlueskyPlatform platform(Bench bench) {
        var config = new BlueskyConfig(bench.server().uri(), true, 1_000_000, 50_000_000);
        return new BlueskyPlatform(config, bench.http(), bench.media(), bench.clock());
    }

    @Override
    protected Platform platform() {
        return platform(bench);
    }

    @Override
    protected PublishCommand publishing() {
        return aCommand("bluesky", DID, aText("Hello")).build();
    }

    @Override
    protected PublishCommand preparing() {
        var image = anImage(bench.server().uri() + "/a.png");
        return aCommand("bluesky", DID, aText("Hello").setMedia(List.of(image))).build();
    }

    /** A key with nothing under it is certain, and harmless: what comes there later is this post. */
    @Override
    protected List<String> nothingToBeSeen() {
        return List.of();
    }

    @Override
    protected void serveWhatPreparingNeeds() {
        bench.server().answers(200, Buffer.buffer(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10}), Map.of());
    }
}
