package io.broadside.local;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The house as docs and design draw it. This module alone knows all others, so the rules live here. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class ArchitectureTest {

    private static final List<String> SERVICES = List.of("publisher", "token", "retry", "webhook");

    private JavaClasses classes;

    @BeforeAll
    void readClasses() {
        classes = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.broadside");
    }

    @Test
    void aServiceNeverDependsOnAnother() {
        for (var service : SERVICES) {
            var others = SERVICES.stream()
                    .filter(other -> !other.equals(service))
                    .map(other -> "io.broadside." + other + "..")
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage("io.broadside." + service + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .check(classes);
        }
    }

    @Test
    void theRuntimeKnowsNoServiceAndTheContractKnowsNobody() {
        noClasses()
                .that()
                .resideInAPackage("io.broadside.runtime..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.broadside.publisher..",
                        "io.broadside.token..",
                        "io.broadside.retry..",
                        "io.broadside.webhook..",
                        "io.broadside.local..",
                        "io.broadside.simulator..",
                        "io.broadside.embedded..")
                .check(classes);
        noClasses()
                .that()
                .resideInAnyPackage("io.broadside.schemas..", "io.broadside.events..")
                .should()
                .dependOnClassesThat(JavaClass.Predicates.resideInAnyPackage("io.broadside..")
                        .and(DescribedPredicate.not(JavaClass.Predicates.resideInAnyPackage(
                                "io.broadside.schemas..", "io.broadside.events.."))))
                .check(classes);
    }

    @Test
    void noServiceKnowsTheDoublesOfTheLocalStack() {
        noClasses()
                .that()
                .resideInAnyPackage(SERVICES.stream()
                        .map(service -> "io.broadside." + service + "..")
                        .toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.broadside.simulator..", "io.broadside.embedded..", "io.broadside.local..")
                .check(classes);
    }

    @Test
    void onePlatformNeverKnowsAnother() {
        slices().matching("io.broadside.publisher.platform.(facebook|x)..")
                .should()
                .notDependOnEachOther()
                .check(classes);
    }

    @Test
    void onlyTheConfigurationReadsTheEnvironment() {
        noClasses()
                .that()
                .haveSimpleNameNotEndingWith("Main")
                .and()
                .resideOutsideOfPackage("io.broadside.testkit..")
                .and()
                // The configuration of commands, which no Main makes but picocli.
                .doNotHaveSimpleName("ClusterOptions")
                .should()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .check(classes);
    }
}
