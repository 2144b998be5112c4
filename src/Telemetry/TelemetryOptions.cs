using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Sluice.Telemetry;

/// <summary>Where traces and metrics are sent, section <c>Telemetry</c>.</summary>
public sealed class TelemetryOptions
{
    /// <summary>Base address of an OTLP collector; the paths of the signals are added to it.</summary>
    /// <value>
    /// An absolute http or https address; default null, which sends nothing. When it is not set,
    /// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and <c>OTEL_EXPORTER_OTLP_PROTOCOL</c> are used.
    /// </value>
    public string? OtlpEndpoint { get; set; }

    /// <summary>How OTLP travels.</summary>
    /// <value><c>grpc</c> (the default) or <c>http</c>, which is protobuf over HTTP.</value>
    [AllowedValues("grpc", "http", ErrorMessage = "The field {0} must be grpc or http.")]
    public string OtlpProtocol { get; set; } = "grpc";

    /// <summary>The <c>service.name</c> of everything sent.</summary>
    /// <value>1 to 255 characters; default the name of the application.</value>
    [Required]
    [StringLength(255)]
    public string ServiceName { get; set; } = "";

    /// <summary>The <c>service.instance.id</c>: what tells one replica from another.</summary>
    /// <value>1 to 255 characters; default the machine's name and the process id.</value>
    [Required]
    [StringLength(255)]
    public string ServiceInstanceId { get; set; } = "";

    /// <summary>Part of the traces begun here that are kept. A trace begun elsewhere follows its parent.</summary>
    /// <value>0 (none) to 1 (all), default 0.05.</value>
    [Range(0.0, 1.0)]
    public double TraceSampleRatio { get; set; } = 0.05;

    /// <summary>How often metrics are sent.</summary>
    /// <value>1 second to 10 minutes, default 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan MetricExportPeriod { get; set; } = TimeSpan.FromSeconds(30);

    internal static bool IsAddress(string? text) =>
        text is null || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https");
}

/// <summary>Checks each property against its annotations; the code is generated, so no reflection at startup.</summary>
[OptionsValidator]
internal sealed partial class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>;
