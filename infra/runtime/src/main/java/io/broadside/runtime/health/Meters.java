package io.broadside.runtime.health;

import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.function.Supplier;

/** The meters of a service. */
public final class Meters {

    private static final List<Supplier<MeterBinder>> OF_THE_JVM = List.of(
            JvmMemoryMetrics::new,
            JvmGcMetrics::new,
            JvmThreadMetrics::new,
            JvmInfoMetrics::new,
            ClassLoaderMetrics::new,
            ProcessorMetrics::new,
            FileDescriptorMetrics::new,
            UptimeMetrics::new);

    private Meters() {}

    /** A registry whose meters all carry the service's name, with those of the JVM in it. */
    public static PrometheusMeterRegistry forService(String service) {
        var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        meters.config().commonTags(List.of(Tag.of("service", service)));
        OF_THE_JVM.forEach(binder -> binder.get().bindTo(meters));
        return meters;
    }
}
