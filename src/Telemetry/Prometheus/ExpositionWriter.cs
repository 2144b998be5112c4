using System.Buffers;
using System.Globalization;
using System.Text;

namespace Sluice.Telemetry.Prometheus;

/// <summary>Writes the lines of Prometheus' text format 0.0.4, in UTF-8.</summary>
internal sealed class ExpositionWriter(IBufferWriter<byte> output)
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public void Head(string name, string help, MetricKind kind)
    {
        var escaped = help.Replace(@"\", @"\\").Replace("\n", @"\n");
        var type = kind switch
        {
            MetricKind.Counter => "counter",
            MetricKind.Histogram => "histogram",
            _ => "gauge",
        };
        Line($"# HELP {name} {escaped}\n# TYPE {name} {type}\n");
    }

    /// <param name="name">In Prometheus' form.</param>
    /// <param name="labels">As <see cref="Labels.Of"/> writes them; empty for none.</param>
    /// <param name="value">Any number.</param>
    public void Sample(string name, string labels, double value) =>
        Line(labels.Length == 0 ? $"{name} {Number(value)}\n" : $"{name}{{{labels}}} {Number(value)}\n");

    /// <summary>A number as Prometheus reads it, with no digit lost.</summary>
    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private void Line(string text) => Encoding.UTF8.GetBytes(text, output);
}
