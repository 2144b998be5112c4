using System.Globalization;
using System.Text;

namespace Sluice.Simulation.Utilisation;

/// <summary>The table of what a token limit gives to a client, by how its calls are reserved and settled.</summary>
internal static class UtilisationTable
{
    internal static readonly TimeSpan[] Latencies =
        [TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(40)];

    internal static string Write(int seed)
    {
        var text = new StringBuilder("| latency, reserved |");
        text.AppendJoin("", Settlement.All.Select(way => $" {way.Name} |")).AppendLine();
        text.Append("|---|").AppendJoin("", Settlement.All.Select(_ => "--:|")).AppendLine();
        foreach (var latency in Latencies)
        {
            foreach (var reserving in Enum.GetValues<Reserving>())
            {
                text.Append(CultureInfo.InvariantCulture, $"| {latency.TotalSeconds} s, {Words(reserving)} |");
                foreach (var (name, _) in Settlement.All)
                {
                    var run = UtilisationRun.Of(new UtilisationCell(latency, reserving, name), seed);
                    text.Append(CultureInfo.InvariantCulture, $" {run.Share * 100:0} % |");
                }

                text.AppendLine();
            }
        }

        return text.ToString();
    }

    private static string Words(Reserving reserving) => reserving is Reserving.Cap ? "the cap" : "learned";
}
