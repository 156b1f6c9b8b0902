import ca.uhn.fhir.batch2.api.IJobMaintenanceService;
import ca.uhn.fhir.batch2.jobs.config.Batch2JobsConfig;
import ca.uhn.fhir.batch2.jobs.export.BulkDataExportProvider;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.IInterceptorService;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.config.ThreadPoolFactoryConfig;
import ca.uhn.fhir.jpa.api.dao.IFhirSystemDao;
import ca.uhn.fhir.jpa.batch2.JpaBatch2Config;
import ca.uhn.fhir.jpa.binary.api.IBinaryStorageSvc;
import ca.uhn.fhir.jpa.binstore.DatabaseBinaryContentStorageSvcImpl;
import ca.uhn.fhir.jpa.config.HapiJpaConfig;
import ca.uhn.fhir.jpa.config.r4.JpaR4Config;
import ca.uhn.fhir.jpa.config.util.HapiEntityManagerFactoryUtil;
import ca.uhn.fhir.jpa.model.config.PartitionSettings;
import ca.uhn.fhir.jpa.model.config.SubscriptionSettings;
import ca.uhn.fhir.jpa.model.dialect.HapiFhirH2Dialect;
import ca.uhn.fhir.jpa.provider.JpaCapabilityStatementProvider;
import ca.uhn.fhir.jpa.provider.JpaSystemProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.jpa.subscription.channel.config.SubscriptionChannelConfig;
import ca.uhn.fhir.jpa.subscription.match.config.SubscriptionProcessorConfig;
import ca.uhn.fhir.jpa.subscription.match.deliver.email.IEmailSender;
import ca.uhn.fhir.jpa.subscription.submit.config.SubscriptionSubmitterConfig;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import ca.uhn.fhir.rest.server.util.ISearchParamRegistry;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.persistence.EntityManagerFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.commons.dbcp2.BasicDataSource;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;

/**
 * HAPI FHIR R4 in memory, on loopback: `FhirServer PORT REQUEST_LOG`.
 *
 * Prints "READY http://127.0.0.1:PORT/fhir", writes each request to the log as it is taken up, and ends when its
 * standard input does, so that no server outlives the tests that started it.
 */
public final class FhirServer {

    private static final long MAINTENANCE_MS = 1000;
    private static final long STATISTICS_MS = 3000;

    private FhirServer() {}

    public static void main(String[] args) {
        try {
            int port = start(Integer.parseInt(args[0]), Path.of(args[1]));
            System.out.println("READY http://127.0.0.1:" + port + "/fhir");
            while (System.in.read() >= 0) {
                // Nothing is said to us: only the end counts.
            }
            Runtime.getRuntime().halt(0);
        } catch (Throwable fault) {
            // Scheduler threads outlive a failed start: without this the process would hang.
            fault.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private static int start(int port, Path log) throws Exception {
        var spring = new AnnotationConfigApplicationContext(Storage.class);
        RestfulServer fhir = server(spring);
        fhir.registerInterceptor(new RequestLog(log));
        var jobs = spring.getBean(IJobMaintenanceService.class);
        again("maintenance pass", MAINTENANCE_MS, jobs::runMaintenancePass);
        var storage = spring.getBean(DataSource.class);
        again("statistics", STATISTICS_MS, () -> renewStatistics(storage));
        return listen(port, fhir);
    }

    private static RestfulServer server(ApplicationContext spring) {
        var server = new RestfulServer(spring.getBean(FhirContext.class));
        server.setInterceptorService(spring.getBean(IInterceptorService.class));
        server.registerProviders(spring.getBean(ResourceProviderFactory.class).createProviders());
        server.registerProvider(spring.getBean(JpaSystemProvider.class));
        server.registerProvider(spring.getBean(BulkDataExportProvider.class));
        server.setServerConformanceProvider(new JpaCapabilityStatementProvider(
                server,
                spring.getBean(IFhirSystemDao.class),
                spring.getBean(JpaStorageSettings.class),
                spring.getBean(ISearchParamRegistry.class),
                spring.getBean(IValidationSupport.class)));
        var pages = spring.getBean(DatabaseBackedPagingProvider.class);
        pages.setDefaultPageSize(20);
        pages.setMaximumPageSize(5000);
        server.setPagingProvider(pages);
        return server;
    }

    private static int listen(int port, RestfulServer fhir) throws Exception {
        var tomcat = new Tomcat();
        Path base = Files.createTempDirectory("fhir-server");
        base.toFile().deleteOnExit();
        tomcat.setBaseDir(base.toString());
        var connector = new Connector();
        connector.setPort(port);
        connector.setProperty("address", "127.0.0.1");
        connector.setProperty("compression", "on");
        connector.setProperty("compressibleMimeType", "application/fhir+json,application/json,application/fhir+ndjson");
        tomcat.setConnector(connector);
        Context context = tomcat.addContext("", base.toString());
        Tomcat.addServlet(context, "fhir", fhir).setLoadOnStartup(1);
        context.addServletMappingDecoded("/fhir/*", "fhir");
        tomcat.start();
        if (connector.getLocalPort() < 0) {
            throw new IOException("port " + port + " cannot be listened on");
        }
        return connector.getLocalPort();
    }

    /**
     * Do something for as long as we live. Batch jobs move at maintenance passes, one a minute by default, and a bulk
     * export needs several; H2 plans by statistics that it does not renew by itself: a search by patients and category
     * took 54 s without and 3 s with them.
     */
    private static void again(String what, long pauseMs, Work work) {
        var thread = new Thread(() -> {
            while (true) {
                try {
                    Thread.sleep(pauseMs);
                    work.run();
                } catch (Exception busy) {
                    System.err.println(what + ": " + busy);
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void renewStatistics(DataSource storage) throws SQLException {
        try (var connection = storage.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("ANALYZE");
        }
    }

    /** One line per request, `METHOD path?parameters` with the body of a POST _search and the GETs inside a batch. */
    @Interceptor
    public static final class RequestLog {

        private final PrintWriter out;
        private final ObjectMapper json = new ObjectMapper();

        RequestLog(Path file) throws IOException {
            out = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8), true);
        }

        @Hook(Pointcut.SERVER_INCOMING_REQUEST_POST_PROCESSED)
        public synchronized void write(RequestDetails request) throws IOException {
            String path = request.getRequestPath() == null ? "" : request.getRequestPath();
            out.println(request.getRequestType() + " /" + path + parameters(request));
            if (path.isEmpty() && "POST".equals(request.getRequestType().name())) {
                JsonNode bundle = json.readTree(request.loadRequestContents());
                for (JsonNode entry : bundle.path("entry")) {
                    JsonNode inner = entry.path("request");
                    out.println(inner.path("method").asText() + " /" + inner.path("url").asText() + " in a bundle");
                }
            }
        }

        private static String parameters(RequestDetails request) {
            var text = new StringBuilder();
            for (Map.Entry<String, String[]> one : new TreeMap<>(request.getParameters()).entrySet()) {
                for (String value : one.getValue()) {
                    text.append(text.isEmpty() ? '?' : '&').append(one.getKey()).append('=');
                    text.append(URLEncoder.encode(value, StandardCharsets.UTF_8));
                }
            }
            return text.toString();
        }
    }

    /** The storage: H2 in memory, no full text index, nothing that reaches out. */
    @Configuration
    @Import({
        JpaR4Config.class,
        HapiJpaConfig.class,
        JpaBatch2Config.class,
        Batch2JobsConfig.class,
        ThreadPoolFactoryConfig.class,
        SubscriptionChannelConfig.class,
        SubscriptionSubmitterConfig.class,
        SubscriptionProcessorConfig.class
    })
    public static class Storage {

        @Bean
        public DataSource dataSource() {
            var source = new BasicDataSource();
            source.setUrl("jdbc:h2:mem:fhir;DB_CLOSE_DELAY=-1");
            source.setUsername("sa");
            source.setPassword("");
            source.setMaxTotal(30);
            return source;
        }

        @Bean
        public JpaStorageSettings storageSettings() {
            var settings = new JpaStorageSettings();
            settings.setExpungeEnabled(true);
            settings.setAllowMultipleDelete(true);
            return settings;
        }

        @Bean
        public PartitionSettings partitionSettings() {
            return new PartitionSettings();
        }

        @Bean
        public SubscriptionSettings subscriptionSettings() {
            return new SubscriptionSettings();
        }

        @Bean
        public IBinaryStorageSvc binaryStorage() {
            return new DatabaseBinaryContentStorageSvcImpl();
        }

        @Bean
        public IEmailSender emailSender() {
            return details -> {};
        }

        @Bean
        public LocalContainerEntityManagerFactoryBean entityManagerFactory(
                ConfigurableListableBeanFactory beans, FhirContext fhir, JpaStorageSettings settings, DataSource source) {
            var factory = HapiEntityManagerFactoryUtil.newEntityManagerFactory(beans, fhir, settings);
            factory.setPersistenceUnitName("fhir");
            factory.setDataSource(source);
            var properties = new Properties();
            properties.put("hibernate.dialect", HapiFhirH2Dialect.class.getName());
            properties.put("hibernate.hbm2ddl.auto", "update");
            properties.put("hibernate.search.enabled", "false");
            factory.setJpaProperties(properties);
            return factory;
        }

        @Bean
        @Primary
        public JpaTransactionManager transactionManager(EntityManagerFactory factory) {
            return new JpaTransactionManager(factory);
        }
    }
}
