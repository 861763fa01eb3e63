package io.broadside.publisher.platform.x;

import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;

import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Platform;
import io.broadside.publisher.platform.PlatformContract;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;

final class XContractTest extends PlatformContract {

    @Override
    protected Platform platform() {
        return new XPlatform(XUploadsTest.config(bench), bench.http(), bench.media(), bench.clock());
    }

    @Override
    protected PublishCommand publishing() {
        return aCommand("x", "1111111111111111111", aText("Hello")).build();
    }

    @Override
    protected PublishCommand preparing() {
        var image = anImage(bench.server().uri() + "/a.png");
        return aCommand("x", "1111111111111111111", aText("Hello").setMedia(List.of(image)))
                .build();
    }

    @Override
    protected List<String> nothingToBeSeen() {
        return List.of("{\"meta\":{\"result_count\":0}}");
    }

    @Override
    protected void serveWhatPreparingNeeds() {
        bench.server().answers(200, Buffer.buffer(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10}), Map.of());
    }
}
