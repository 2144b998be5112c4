using System.Globalization;

namespace Sluice.Bench.Processes;

/// <summary>Memory as Linux counts it.</summary>
internal static class ProcessMemory
{
    /// <summary>Bytes of a process that are in memory now, what it shares with others included.</summary>
    public static long Of(int processId)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(
            text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        var kibibytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024;
    }
}
