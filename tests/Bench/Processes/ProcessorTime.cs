using System.Globalization;

namespace Sluice.Bench.Processes;

/// <summary>Processor time as Linux counts it, in ticks of 10 ms: user and system together.</summary>
internal static class ProcessorTime
{
    private const int TicksPerSecond = 100; // USER_HZ, fixed by the kernel's interface on every machine .NET runs on.

    private const int UserField = 13;
    private const int SystemField = 14;

    // The fields of /proc/stat's first line that are not idle, not I/O wait and not counted twice.
    private static readonly int[] BusyFields = [1, 2, 3, 6, 7, 8];

    /// <summary>What a process and its children have used so far; zero once they are gone.</summary>
    public static TimeSpan Of(int processId)
    {
        try
        {
            var folder = $"/proc/{processId}";
            var fields = Fields(File.ReadAllText($"{folder}/stat"));
            var own = FromTicks(Number(fields[UserField]) + Number(fields[SystemField]));
            var children = File.ReadAllText($"{folder}/task/{processId}/children");
            return children.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Aggregate(own, (sum, child) => sum + Of(int.Parse(child, CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            return TimeSpan.Zero;
        }
    }

    /// <summary>What all processes of the machine have used so far, whoever owns them.</summary>
    public static TimeSpan OfMachine()
    {
        using var reader = new StreamReader("/proc/stat");
        var fields = reader.ReadLine()!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return FromTicks(BusyFields.Sum(field => Number(fields[field])));
    }

    /// <summary>The program's name stands in parentheses and may hold blanks: fields are counted behind it.</summary>
    private static string[] Fields(string stat)
    {
        var behindName = stat.LastIndexOf(')') + 2;
        return ["", "", .. stat[behindName..].Split(' ')];
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static TimeSpan FromTicks(long ticks) => TimeSpan.FromSeconds((double)ticks / TicksPerSecond);
}
