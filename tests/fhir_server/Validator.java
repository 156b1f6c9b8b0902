import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport.IssueSeverity;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.SingleValidationMessage;
import ca.uhn.fhir.validation.ValidationOptions;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.Questionnaire;
import org.hl7.fhir.r5.utils.validation.constants.BestPracticeWarningLevel;

/**
 * HAPI's FhirInstanceValidator, R4, offline: `Validator FOLDER`, where FOLDER holds the artefacts that it is to know.
 *
 * Prints "READY", then answers each line of standard input, {"resource": …, "profiles": [url]}, with one line, a list of
 * {"severity", "id", "at", "says"}. Ends when standard input does.
 */
public final class Validator {

    private static final FhirContext FHIR = FhirContext.forR4();
    private static final ObjectMapper JSON = new ObjectMapper();

    private Validator() {}

    public static void main(String[] args) throws IOException {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        FhirValidator validator = validator(Path.of(args[0]));
        out.println("READY");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(JSON.writeValueAsString(issues(validator, JSON.readTree(line))));
        }
    }

    private static FhirValidator validator(Path folder) throws IOException {
        var unknown = new UnknownCodeSystemWarningValidationSupport(FHIR);
        unknown.setNonExistentCodeSystemSeverity(IssueSeverity.WARNING);
        var chain = new ValidationSupportChain(
                new DefaultProfileValidationSupport(FHIR),
                artefacts(folder),
                new CommonCodeSystemsTerminologyService(FHIR),
                new InMemoryTerminologyServerValidationSupport(FHIR),
                new SnapshotGeneratingValidationSupport(FHIR),
                unknown);
        var instances = new FhirInstanceValidator(chain);
        instances.setErrorForUnknownProfiles(true);
        instances.setBestPracticeWarningLevel(BestPracticeWarningLevel.Ignore);
        return FHIR.newValidator().registerValidatorModule(instances);
    }

    private static Artefacts artefacts(Path folder) throws IOException {
        var known = new Artefacts();
        try (var files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.filter(one -> one.toString().endsWith(".json")).sorted()::iterator) {
                IBaseResource one = FHIR.newJsonParser().parseResource(Files.readString(file));
                known.addResource(one);
                if (one instanceof Questionnaire form) {
                    known.forms.put(form.getUrl(), form);
                }
            }
        }
        return known;
    }

    /** HAPI's own gives out no Questionnaire, and an answer to an unknown one is not looked at. */
    private static final class Artefacts extends PrePopulatedValidationSupport {

        private final Map<String, Questionnaire> forms = new HashMap<>();

        Artefacts() {
            super(FHIR);
        }

        @Override
        public <T extends IBaseResource> T fetchResource(Class<T> kind, String url) {
            Questionnaire form = forms.get(url);
            return kind.isInstance(form) ? kind.cast(form) : super.fetchResource(kind, url);
        }
    }

    private static ArrayNode issues(FhirValidator validator, JsonNode asked) {
        var options = new ValidationOptions();
        asked.path("profiles").forEach(profile -> options.addProfile(profile.asText()));
        ArrayNode found = JSON.createArrayNode();
        for (SingleValidationMessage one :
                validator.validateWithResult(asked.get("resource").toString(), options).getMessages()) {
            found.addObject()
                    .put("severity", one.getSeverity().getCode())
                    .put("id", one.getMessageId())
                    .put("at", one.getLocationString())
                    .put("says", one.getMessage());
        }
        return found;
    }
}
