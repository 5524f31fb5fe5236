"""fallback analyzer"""
from __future__ import annotations

import ast
import dis
import inspect
import linecache
from types import CodeType

from wakepoint.machine.model import *


class MachineError(ValueError): pass
UNCOND={"RETURN_VALUE","RETURN_CONST","RAISE_VARARGS","RERAISE","JUMP_FORWARD","JUMP_BACKWARD","JUMP_BACKWARD_NO_INTERRUPT"}
class Analysis:
    def __init__(self, code):
        self.code=code
        self.ins=list(dis.get_instructions(code))
        self.idx={i.offset:n for n,i in enumerate(self.ins)}
        self.handlers=[]
        for n,i in enumerate(self.ins): self.handlers.append(None)
        for e in dis._parse_exception_table(code):
            for n,i in enumerate(self.ins):
                if e.start<=i.offset<e.end: self.handlers[n]=self.idx[e.target]
        self.succ=[]
        for n,i in enumerate(self.ins):
            s=[]
            if i.opcode in dis.hasjrel or i.opcode in dis.hasjabs:
                if i.opname!="END_ASYNC_FOR": s.append(self.idx[i.argval])
            if i.opname not in UNCOND and n+1<len(self.ins): s.append(n+1)
            self.succ.append(s)
        self._nodes()
        self._states()
    def _nodes(self):
        src="".join(linecache.getlines(self.code.co_filename))
        self.src=src.splitlines()
        self.seg={}
        self.lines=src
        try: tree=ast.parse(src)
        except SyntaxError: tree=None
        self.tree=tree
    def text(self,node): return " ".join(ast.get_source_segment(self.lines,node).split())
    def _label(self,span,kind):
        if self.tree:
            for node in ast.walk(self.tree):
                if isinstance(node,(ast.Await,ast.AsyncFor,ast.AsyncWith,ast.Yield)) and (node.lineno,node.col_offset,node.end_lineno,node.end_col_offset)==span:
                    if isinstance(node,ast.Await): return self.text(node.value)
                    if isinstance(node,ast.AsyncFor): return self.text(node.iter)
                    if isinstance(node,ast.Yield): return self.text(node.value) if node.value else ""
                    return self.text(node.items[0].context_expr)
        return "?"
    def _states(self):
        found={}
        self.off={}
        for n,i in enumerate(self.ins):
            if i.opname!="YIELD_VALUE": continue
            prev=self.ins[n-1]
            if prev.opname=="SEND":
                g=self.ins[n-3]
                kind={"GET_ANEXT":StateKind.NEXT}.get(g.opname) or {0:StateKind.AWAIT,1:StateKind.ENTER,2:StateKind.EXIT}[g.arg or 0]
                offs=[prev.offset,prev.offset+2,i.offset,i.offset+2]
            else: kind=StateKind.YIELD; offs=[i.offset,i.offset+2]
            p=i.positions
            found.setdefault(((p.lineno,p.col_offset,p.end_lineno,p.end_col_offset),kind),[]).append((n,offs))
        order=[StateKind.ENTER,StateKind.NEXT,StateKind.AWAIT,StateKind.YIELD,StateKind.EXIT]
        keys=sorted(found,key=lambda k:((k[0][0],k[0][1]) if k[1] is not StateKind.EXIT else (k[0][2],k[0][3]),order.index(k[1])))
        live=self._live(); bound=self._bound()
        states=[State(0,StateKind.START,self.code.co_name,Span(self.code.co_firstlineno,0,self.code.co_firstlineno,0),False,tuple(Variable(a,VariableKind.LOCAL,True) for a in self.code.co_varnames[:self.code.co_argcount]))]
        self.at={}
        for num,key in enumerate(keys,1):
            lv=set(); bd=set()
            for n,offs in found[key]:
                for o in offs: self.off[o]=num
                self.at[n]=num
                for s in self.succ[n]: lv|=live[s]
                bd|=bound[n]
            names=[v for v in self.code.co_varnames if v in bd]
            states.append(State(num,key[1],self._label(*key),Span(key[0][0],key[0][1],key[0][2],key[0][3]),len(found[key])>1,tuple(Variable(v,VariableKind.LOCAL,v in lv) for v in names)))
        base=len(states)
        for k,kind in enumerate((StateKind.RETURNED,StateKind.RAISED,StateKind.DROPPED)): states.append(State(base+k,kind,"",None))
        trans=[]
        def walk(start,src):
            seen=set(); todo=[start]
            while todo:
                n=todo.pop()
                if n in seen: continue
                seen.add(n)
                if n in self.at: trans.append(Transition(src,self.at[n])); continue
                if self.ins[n].opname in("RETURN_VALUE","RETURN_CONST"): trans.append(Transition(src,base)); continue
                todo+=self.succ[n]
        walk(0,0)
        for n,num in self.at.items():
            i=self.ins[n-1]
            nxt=self.idx[i.argval] if i.opname=="SEND" else n+1
            walk(nxt,num)
        seen=[]
        for t in trans:
            if t not in seen: seen.append(t)
        flags=self.code.co_flags
        kind="coroutine" if flags&inspect.CO_COROUTINE else "async generator"
        self.machine=Machine(self.code.co_name,self.code.co_qualname,self.code.co_filename,self.code.co_firstlineno,kind,tuple(states),tuple(sorted(seen,key=lambda t:(t.source,t.target))))
    def _live(self):
        N=len(self.ins); live=[set() for _ in range(N)]
        ch=True
        while ch:
            ch=False
            for n in range(N-1,-1,-1):
                out=set()
                for s in self.succ[n]: out|=live[s]
                i=self.ins[n]; new=set(out)
                if i.opname=="STORE_FAST": new.discard(i.argval)
                if i.opname.startswith("LOAD_FAST"): new.add(i.argval)
                if self.handlers[n] is not None: new|=live[self.handlers[n]]
                if new!=live[n]: live[n]=new; ch=True
        return live
    def _bound(self):
        N=len(self.ins); b=[set() for _ in range(N)]
        b[0]=set(self.code.co_varnames[:self.code.co_argcount+self.code.co_kwonlyargcount])
        ch=True
        while ch:
            ch=False
            for n in range(N):
                i=self.ins[n]; out=set(b[n])
                if i.opname=="STORE_FAST": out.add(i.argval)
                if i.opname=="DELETE_FAST": out.discard(i.argval)
                for s in self.succ[n]+([self.handlers[n]] if self.handlers[n] is not None else []):
                    if not out<=b[s]: b[s]|=out; ch=True
        return b
    def state_at(self,o): return self.off.get(o)
def analyze(f):
    return Analysis(f if isinstance(f,CodeType) else f.__code__)

def analyze_source(text, filename):
    linecache.cache[filename]=(len(text),None,text.splitlines(True),filename)
    out=[]
    def walk(c):
        for k in c.co_consts:
            if isinstance(k,CodeType):
                if k.co_flags&(inspect.CO_COROUTINE|inspect.CO_ASYNC_GENERATOR): out.append(Analysis(k))
                walk(k)
    walk(compile(text,filename,"exec"))
    return out
