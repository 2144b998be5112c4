using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Spectre.Console;

namespace Sluice.Cli.Admin;

/// <summary>Makes commands of <see cref="AdminVerbs"/>, and does what they say.</summary>
internal static partial class AdminCommands
{
    private const int WideEnough = 400;
    private const string AddressVariable = "SLUICE_ADMIN";
    private const string KeyVariable = "SLUICE_ADMIN_KEY";

    private static readonly Option<string?> Address = new("--admin")
    {
        Description =
            $"The admin port of any silo; else the variable {AddressVariable}, else the one that was logged in at, "
            + $"else {AdminApi.DefaultAddress}.",
        Recursive = true,
    };

    private static readonly Option<string?> KeyFile = new("--key-file")
    {
        Description =
            $"A file with the admin key; else the key itself in the variable {KeyVariable}, else the one that was "
            + "logged in with.",
        Recursive = true,
    };

    private static readonly Option<string> Output = new("--output", "-o")
    {
        Description = "table, for people, or json, for scripts.", Recursive = true,
        DefaultValueFactory = _ => "table",
    };

    /// <summary>Adds them all.</summary>
    public static void AddTo(RootCommand root)
    {
        Output.AcceptOnlyFromAmong("table", "json");
        root.Options.Add(Address);
        root.Options.Add(KeyFile);
        root.Options.Add(Output);
        LoginCommands.AddTo(
            root, parsed => parsed.GetValue(Address) ?? Variable(AddressVariable),
            parsed => KeyIn(parsed.GetValue(KeyFile)) ?? throw NoKey);
        foreach (var verb in AdminVerbs.All)
        {
            var words = verb.Name.Split(' ');
            Command parent = root;
            foreach (var word in words[..^1])
            {
                parent = parent.Subcommands.FirstOrDefault(command => command.Name == word) ?? Add(parent, word);
            }

            parent.Subcommands.Add(Make(words[^1], verb));
        }
    }

    private static Command Add(Command parent, string word)
    {
        var group = new Command(word, $"What concerns {word}.");
        parent.Subcommands.Add(group);
        return group;
    }

    private static Command Make(string word, AdminVerb verb)
    {
        var command = new Command(word, verb.Description);
        var arguments = Argument().Matches(verb.Path)
            .Select(match => new Argument<string>(match.Groups[1].Value)).ToList();
        var file = new Argument<string>("file")
        {
            Description = "JSON as the admin API wants it; - is the standard input.",
        };
        var options = verb.Body.Concat(verb.Query).Select(OptionOf).ToList();
        arguments.ForEach(command.Arguments.Add);
        options.ForEach(command.Options.Add);
        if (verb.TakesFile)
        {
            command.Arguments.Add(file);
        }

        command.SetAction((parsed, cancellationToken) => TryAsync(async () =>
        {
            var path = Argument().Replace(
                verb.Path, match => Uri.EscapeDataString(parsed.GetRequiredValue<string>(match.Groups[1].Value)));
            var values = options.ToDictionary(option => option.Name[2..], option => parsed.GetValue(option));
            var query = verb.Query.Where(one => values[KebabOf(one.Name)] is not null).Select(one =>
                $"{one.Name}={Uri.EscapeDataString(values[KebabOf(one.Name)]!)}").ToList();
            var body = verb.TakesFile
                ? await ReadAsync(parsed.GetRequiredValue(file), cancellationToken)
                : BodyOf(verb, values);
            using var api = Connect(parsed);
            await RunAsync(verb, api, path, query, body, parsed.GetValue(Output) == "json", cancellationToken);
        }));
        return command;
    }

    /// <summary>Does something, or says in a sentence why not.</summary>
    public static async Task<int> TryAsync(Func<Task> command)
    {
        try
        {
            await command();
            return ExitCodes.Done;
        }
        catch (AdminException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return exception.ExitCode;
        }
    }

    /// <summary>A key that was kept goes where it was kept for: to another port it must be named.</summary>
    private static AdminApi Connect(ParseResult parsed)
    {
        var (address, key) = (parsed.GetValue(Address) ?? Variable(AddressVariable), KeyIn(parsed.GetValue(KeyFile)));
        var kept = address is null || key is null ? KeptLogin.Find() : null;
        address ??= kept?.Address ?? AdminApi.DefaultAddress;
        return new AdminApi(address, key ?? (kept?.Address == address ? kept.Key : throw NoKey));
    }

    private static AdminException NoKey => new(
        ExitCodes.CannotTell,
        $"There is no admin key: name its file with --key-file, set {KeyVariable}, or log in there.");

    private static async Task RunAsync(
        AdminVerb verb, AdminApi api, string path, List<string> query, string? body, bool isJson,
        CancellationToken cancellationToken)
    {
        string Path(params IEnumerable<string> more) =>
            query.Concat(more).ToList() is { Count: > 0 } all ? $"{path}?{string.Join('&', all)}" : path;
        if (verb.IsLines)
        {
            await using var output = Console.OpenStandardOutput();
            await api.CopyAsync(Path(), output, cancellationToken);
            return;
        }

        var answer = await api.AskAsync(verb.Method, Path(), body, cancellationToken);
        var items = answer as JsonArray ?? (answer as JsonObject)?["items"] as JsonArray
            ?? (answer as JsonObject)?["silos"] as JsonArray ?? (answer as JsonObject)?["keys"] as JsonArray;
        if (verb.Columns.Count == 0 || items is null)
        {
            if (answer is not null)
            {
                AnswerPrinter.PrintJson(answer, Console.Out);
            }

            return;
        }

        // Lists come in pages; here all of them are one.
        for (var page = answer as JsonObject; page?["next"] is JsonValue next;)
        {
            var after = $"after={Uri.EscapeDataString(next.ToString())}";
            page = await api.AskAsync(verb.Method, Path(after), body, cancellationToken) as JsonObject;
            foreach (var item in page?["items"]?.AsArray() ?? [])
            {
                items.Add(item?.DeepClone());
            }
        }

        if (isJson)
        {
            AnswerPrinter.PrintJson(items, Console.Out);
            return;
        }

        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = WideEnough; // Whoever reads it further wants a line for each.
        }

        AnswerPrinter.PrintTable(items, verb.Columns, AnsiConsole.Console);
        if (verb.SummaryFrom is { } from)
        {
            var told = from == path ? answer : await api.AskAsync(HttpMethod.Get, from, json: null, cancellationToken);
            await Console.Out.WriteLineAsync((string?)told?["summary"] ?? "");
        }
    }

    private static string? BodyOf(AdminVerb verb, Dictionary<string, string?> values)
    {
        var body = new JsonObject();
        foreach (var (name, value) in verb.Fixed)
        {
            body[name] = JsonSerializer.SerializeToNode(value);
        }

        foreach (var (name, _) in verb.Body)
        {
            var member = name.TrimEnd('!');
            if (values[KebabOf(member)] is { } value)
            {
                body[member] = member.EndsWith("Tokens", StringComparison.Ordinal)
                    ? NumberOf(member, value)
                    : JsonValue.Create(value);
            }
        }

        if (verb.Name is "keys rotate" or "keys emergency" or "tokens rotate")
        {
            body["rotationId"] ??= $"cli-{Guid.CreateVersion7():N}"; // Shown in the answer, to ask again by.
        }

        return verb.Method == HttpMethod.Get ? null : body.ToJsonString();
    }

    private static JsonValue NumberOf(string member, string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? JsonValue.Create(number)
            : throw new AdminException(ExitCodes.CannotTell, $"--{KebabOf(member)} '{value}' is no whole number.");

    private static Option<string?> OptionOf((string Name, string Description) part) =>
        new($"--{KebabOf(part.Name.TrimEnd('!'))}")
        {
            Description = part.Description, Required = part.Name.EndsWith('!'),
        };

    /// <summary>inputTokens is input-tokens on the command line.</summary>
    private static string KebabOf(string name) =>
        string.Concat(name.Select(one => char.IsUpper(one) ? $"-{char.ToLowerInvariant(one)}" : $"{one}"));

    /// <summary>Null where none is named.</summary>
    private static string? KeyIn(string? file)
    {
        try
        {
            return (file is null ? Variable(KeyVariable) : File.ReadAllText(file))?.Trim() is { Length: > 0 } key
                ? key
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AdminException(ExitCodes.CannotTell, $"'{file}' cannot be read: {exception.Message}");
        }
    }

    private static async Task<string> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return file == "-"
                ? await Console.In.ReadToEndAsync(cancellationToken)
                : await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AdminException(ExitCodes.CannotTell, $"'{file}' cannot be read: {exception.Message}");
        }
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Argument();
}
