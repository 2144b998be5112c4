using Microsoft.Extensions.Logging;
using Sluice.Telemetry;

namespace Sluice.Daemon.Settings;

/// <summary>What every process of ours can be told of logs, traces and metrics.</summary>
public static class TelemetrySettings
{
    /// <summary>Describes the sections <c>Telemetry</c> and <c>Logging</c>.</summary>
    public static void Describe(SettingCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        catalog.Section<TelemetryOptions>("Telemetry")
            .Add(
                "OtlpEndpoint",
                "Base address of an OTLP collector that traces and metrics are sent to. Else the variable "
                + "OTEL_EXPORTER_OTLP_ENDPOINT is taken.",
                "an http or https address", unset: "none: nothing is sent")
            .Add("OtlpProtocol", "How they are sent; http is protobuf over HTTP.")
            .Add("ServiceName", "The service.name of what is sent.", "1 to 255 characters", unset: catalog.Program)
            .Add(
                "ServiceInstanceId", "The service.instance.id: what tells one replica from another.",
                "1 to 255 characters", unset: "the machine's name and the process id")
            .Add(
                "TraceSampleRatio",
                "Part of the traces begun here that is kept; one begun elsewhere follows its parent.")
            .Add("MetricExportPeriod", "How often metrics are sent.");
        catalog.Add(new Setting
        {
            Key = "Logging:Format",
            Type = typeof(string),
            Default = "text",
            Bounds = "text or json",
            Text = "How log lines are written to standard output: for people, or an object a line.",
            Values = ["text", "json"],
        });
        catalog.Add(new Setting
        {
            Key = "Logging:LogLevel:*",
            Type = typeof(LogLevel),
            Default = "Information; frameworks Warning",
            Bounds = string.Join(", ", Enum.GetNames<LogLevel>()),
            Text = "The least level that is logged, by the beginning of a category, such as Sluice.Edge, or Default.",
        });
    }
}
