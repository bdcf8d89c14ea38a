# Runs a command in a terminal and answers the questions of drizzle-kit: which option of each, by number.
# Prints as JSON what was asked, what could be answered, and how it ended.
import fcntl, json, os, pty, re, struct, sys, termios

answers = json.loads(sys.argv[1])
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 60, 220, 0, 0))

escape = re.compile(r'\x1b\[[0-9;?]*[A-Za-z]')
question = re.compile(r'Is [^\n]*?(?:created or renamed|created or moved|created, renamed or moved)[^\n?]*\?')
option = re.compile(r'^\s*(?:❯\s*)?([+~] [^\n]*?)\s*$', re.M)
asked, raw = [], b''
while True:
    try:
        chunk = os.read(fd, 65536)
    except OSError:
        break
    if not chunk:
        break
    raw += chunk
    text = escape.sub('', raw.decode('utf8', 'replace')).replace('\r', '')
    found = list(question.finditer(text))
    if not found or found[-1].group(0) in [each['question'] for each in asked]:
        continue
    options = option.findall(text[found[-1].end():])
    if '❯' not in text[found[-1].end():] or len(options) == 0:
        continue
    answer = answers[len(asked)] if len(asked) < len(answers) else 0
    asked.append({'question': found[-1].group(0), 'options': options, 'answer': options[min(answer, len(options) - 1)]})
    os.write(fd, b'\x1b[B' * answer + b'\r')
_, status = os.waitpid(pid, 0)
print(json.dumps({'code': os.waitstatus_to_exitcode(status), 'asked': asked, 'text': escape.sub('', raw.decode('utf8', 'replace'))}))
