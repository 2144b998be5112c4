namespace Sluice.Bench.Report;

/// <summary>A table in Markdown, with columns that line up in a terminal too.</summary>
internal sealed class TextTable(params string[] titles)
{
    private readonly List<string[]> _rows = [titles];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(TextWriter writer)
    {
        var widths = Enumerable.Range(0, titles.Length).Select(i => _rows.Max(row => row[i].Length)).ToArray();
        WriteRow(writer, _rows[0], widths);
        writer.WriteLine($"|{string.Join('|', widths.Select((width, i) => Rule(width, i == 0)))}|");
        foreach (var row in _rows.Skip(1))
        {
            WriteRow(writer, row, widths);
        }

        writer.WriteLine();
    }

    private static void WriteRow(TextWriter writer, string[] row, int[] widths)
    {
        var cells = row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]));
        writer.WriteLine($"| {string.Join(" | ", cells)} |");
    }

    private static string Rule(int width, bool left) => new string('-', width + 1) + (left ? '-' : ':');
}
