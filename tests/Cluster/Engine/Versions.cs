namespace Sluice.Cluster.Engine;

/// <summary>A contract as the older version of a program has it.</summary>
public static class Older
{
    [Alias("test.IDesk")]
    public interface IDesk : IGrainWithStringKey
    {
        [Alias("Sign")]
        Task<Form> Sign(Form form);

        [Alias("Told"), OneWay]
        Task Tell(string word);

        [Alias("Heard")]
        Task<string> Heard();
    }

    [GenerateSerializer, Immutable, Alias("test.Form")]
    public sealed record Form
    {
        [Id(0)] public required string Text { get; init; }

        [Id(1)] public int Signatures { get; init; }
    }

    public sealed class DeskGrain : Grain, IDesk
    {
        private string _heard = "";

        public Task<Form> Sign(Form form) => Task.FromResult(form with { Signatures = form.Signatures + 1 });

        public Task Tell(string word)
        {
            _heard += word;
            return Task.CompletedTask;
        }

        public Task<string> Heard() => Task.FromResult(_heard);
    }
}

/// <summary>The next version: one more field, method, argument and type; and one method is waited for.</summary>
public static class Newer
{
    [Alias("test.IDesk")]
    public interface IDesk : IGrainWithStringKey
    {
        [Alias("Sign")]
        Task<Form> Sign(Form form, string? pen);

        [Alias("Told")]
        Task Tell(string word);

        [Alias("Heard")]
        Task<string> Heard();

        [Alias("Stamp")]
        Task<string> Stamp(string ink);
    }

    [Alias("test.IShelf")]
    public interface IShelf : IGrainWithStringKey
    {
        [Alias("Put")]
        Task<int> Put(Form form);
    }

    [GenerateSerializer, Immutable, Alias("test.Form")]
    public sealed record Form
    {
        [Id(0)] public required string Text { get; init; }

        [Id(1)] public int Signatures { get; init; }

        [Id(2)] public string? Pen { get; init; }
    }

    public sealed class DeskGrain : Grain, IDesk
    {
        private string _heard = "";

        public Task<Form> Sign(Form form, string? pen) =>
            Task.FromResult(form with { Signatures = form.Signatures + 1, Pen = form.Pen ?? pen ?? "none" });

        public Task Tell(string word)
        {
            _heard += word;
            return word.Length > 0 ? Task.CompletedTask : throw new InvalidOperationException("Nothing was said.");
        }

        public Task<string> Heard() => Task.FromResult(_heard);

        public Task<string> Stamp(string ink) => Task.FromResult($"stamped {ink}");
    }

    public sealed class ShelfGrain : Grain, IShelf
    {
        private int _forms;

        public Task<int> Put(Form form) => Task.FromResult(++_forms);
    }
}
